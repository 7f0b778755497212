//! The contract, held against the naive reference and against values worked out by hand.

#![allow(clippy::unwrap_used, missing_docs)]

mod answers;
mod areas;
mod branches;
mod candidates;
mod centroid;
mod covers;
mod crs;
mod errors;
mod files;
mod forms;
mod haversine;
mod index;
mod inputs;
mod interrupts;
mod job;
mod measure;
mod nearest;
mod oracle;
mod peers;
mod points;
mod properties;
mod reference_systems;
mod whole_files;
mod world;
