//! The contract, held against the naive reference and against values worked out by hand.

#![allow(clippy::unwrap_used, missing_docs)]

mod covers;
mod crs;
mod errors;
mod forms;
mod inputs;
mod job;
mod measure;
mod oracle;
mod world;
