//! The contract, held against the naive reference and against values worked out by hand.

#![allow(clippy::unwrap_used, missing_docs)]

mod candidates;
mod errors;
mod haversine;
mod job;
mod measure;
mod nearest;
mod oracle;
mod world;
