//! The suite that every back end runs.
