//! The kernels against their references.

#![allow(clippy::expect_used, missing_docs)]

mod dtw;
mod intersections;
mod kmeans;
mod shade;
mod stratify;
