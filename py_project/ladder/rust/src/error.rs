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
    /// Points and centroids that cannot be compared.
    #[error("points of {points} dimensions and {centroids} centroids of {dims}")]
    Centroids {
        /// Dimensions of the points.
        points: usize,
        /// How many centroids there are.
        centroids: usize,
        /// Dimensions of the centroids.
        dims: usize,
    },
    /// Series that are not paired.
    #[error("{a} series and {b} to compare them with")]
    Pairs {
        /// How many of the one.
        a: usize,
        /// How many of the other.
        b: usize,
    },
    /// Fewer than two folds.
    #[error("expected at least 2 folds, got {0}")]
    Folds(usize),
    /// A test of more rows than there are.
    #[error("{test} rows for the test of {rows}")]
    Test {
        /// Rows asked for.
        test: usize,
        /// Rows there are.
        rows: usize,
    },
    /// A point or centre that is not a pair `(x, y)`.
    #[error("{what} has {len} values, expected 2: x and y")]
    NotAPair {
        /// What was looked at: `"point"`, `"center"`, `"a row of points"`.
        what: &'static str,
        /// How many values it had.
        len: usize,
    },
}
