//! Dealing rows out by class: a train/test split and folds in which each class has its share.
//!
//! Both go the same way: number the classes ([`Classes`]), count them, say how many rows of each
//! class go where, shuffle that, and deal it out to the rows in one pass. However many classes
//! there are, no class is looked for in the column.
//!
//! Classes are numbered in the order of their first rows, and the shuffle of a class follows from
//! the seed and that number. So the answer depends on which rows share a class, not on what the
//! classes are called, what type they have, or how many threads there are.

mod apportion;
mod classes;
mod deal;
mod fold;
pub mod reference;
mod split;

pub use classes::{Classes, Nulls};
pub use fold::Fold;
pub use split::{Part, Size, Small, Split};
