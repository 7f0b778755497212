//! The kernels against their references.

#![allow(clippy::expect_used, missing_docs)]

mod kmeans;
mod stratify;
