//! The policies, told as tables of what EC2 and HPA document, as stories, and as properties.

mod clamps;
mod closed;
mod ec2;
mod hpa;
mod missing;
mod predictive;
mod properties;
mod rates;
mod simulation;
mod stage;
mod wishes;
