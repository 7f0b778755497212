//! The Rust ports of the ladder: versions 2 to 5, from a line-by-line translation to an outer
//! loop in Rust; and the scratch versions of the further kernels, [`dtw`], [`kmeans`], [`shade`] and
//! [`stratify`].
//!
//! Two layers. [`Shape`] and the functions in [`close`] and [`best`] are plain Rust and are what
//! the benches time, and so are those of the further kernels. With the feature `python` (on by
//! default) the crate is also the extension module `poly_match_ladder`: a file per version that
//! takes Python objects, calls the plain functions, and hands Python objects back.
//!
//! These are rungs, kept as simple as what they stand for. The engine that the project offers is
//! `poly-match-engine`.

#![deny(clippy::indexing_slicing)]

pub mod best;
#[cfg(feature = "python")]
mod bindings;
pub mod close;
pub mod dtw;
mod error;
pub mod kmeans;
pub mod shade;
mod shape;
pub mod stratify;

pub use error::Error;
pub use shape::Shape;
