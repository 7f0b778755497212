//! The Rust ports of the ladder: versions 2 to 5, from a line-by-line translation to an outer
//! loop in Rust; and the scratch versions of the other kernels, [`dtw`], [`kmeans`], [`shade`] and
//! [`stratify`].
//!
//! The crate has two layers. [`Shape`], the functions in [`close`] and [`best`], and those of the
//! other kernels are plain Rust; the benchmarks time them. With the feature `python` (on by
//! default) the crate is also the extension module `poly_match_ladder`: one file per version, which
//! takes Python objects, calls the plain functions, and returns Python objects.
//!
//! These versions are kept simple on purpose, for comparison. The engine of the project is
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
