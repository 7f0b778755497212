use thiserror::Error;

/// What the ports refuse to work on.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A polygon whose coordinate columns do not belong together.
    #[error("x has {x} values and y has {y}: a polygon needs as many of one as of the other")]
    Lengths {
        /// Length of `x`.
        x: usize,
        /// Length of `y`.
        y: usize,
    },
    /// A polygon without a vertex has no centre.
    #[error("a polygon needs at least one vertex")]
    Empty,
    /// A point or centre that is not a pair `(x, y)`.
    #[error("{what} has {len} values, expected 2: x and y")]
    NotAPair {
        /// What was looked at: `"point"`, `"center"`, `"a row of points"`.
        what: &'static str,
        /// How many values it had.
        len: usize,
    },
}
