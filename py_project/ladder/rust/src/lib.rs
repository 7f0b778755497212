//! The Rust ports of the ladder: versions 2 to 5, from a line-by-line translation to an outer
//! loop in Rust.
//!
//! Two layers. [`Shape`] and the functions in [`close`] and [`best`] are plain Rust and are what
//! the benches time. With the feature `python` (on by default) the crate is also the extension
//! module `poly_match_ladder`: a file per version that takes Python objects, calls the plain
//! functions, and hands Python objects back.
//!
//! These are rungs, kept as simple as what they stand for. The engine that the project offers is
//! `poly-match-engine`.

#![deny(clippy::indexing_slicing)]

pub mod best;
#[cfg(feature = "python")]
mod bindings;
pub mod close;
mod error;
mod shape;

pub use error::Error;
pub use shape::Shape;
