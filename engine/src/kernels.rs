//! Further kernels over columns, each in a room of its own: Arrow in, Arrow out, rayon inside.
//!
//! Fits and splits see a whole column at once. Answers depend on its values, the options and the
//! seed alone: never on the number of threads, and not on the machine.

pub mod dtw;
pub mod intersections;
pub mod kmeans;
mod random;
pub mod shade;
pub mod stratify;
mod widest;
