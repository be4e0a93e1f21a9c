//! A simulated engine for seeded schedules: deterministic under a paused clock in one thread.
