//! Further kernels over columns, each in a room of its own: Arrow in, Arrow out, rayon inside.
//!
//! They see a whole column at once, and their answers depend on its values, the options and the
//! seed alone: never on the number of threads, and not on the machine.

pub mod kmeans;
mod random;
pub mod stratify;
mod widest;
