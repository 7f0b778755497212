use thiserror::Error;

/// Invalid input of the ports.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A polygon whose coordinate columns differ in length.
    #[error("x has {x} values and y has {y}: expected equal lengths")]
    Lengths {
        /// Length of `x`.
        x: usize,
        /// Length of `y`.
        y: usize,
    },
    /// A polygon without a vertex has no center.
    #[error("a polygon needs at least one vertex")]
    Empty,
    /// Points and centroids of different dimensions.
    #[error("points have {points} dimensions, but the {centroids} centroids have {dims}")]
    Centroids {
        /// Dimensions of the points.
        points: usize,
        /// Number of centroids.
        centroids: usize,
        /// Dimensions of the centroids.
        dims: usize,
    },
    /// Different numbers of series.
    #[error("{a} and {b} series: expected equal numbers")]
    Pairs {
        /// Number of the first series.
        a: usize,
        /// Number of the second series.
        b: usize,
    },
    /// Fewer than two folds.
    #[error("expected at least 2 folds, got {0}")]
    Folds(usize),
    /// More rows for the test than there are.
    #[error("{test} rows for the test, but there are only {rows}")]
    Test {
        /// Requested rows.
        test: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A point or center that is not a pair `(x, y)`.
    #[error("{what} has {len} values, expected 2: x and y")]
    NotAPair {
        /// The value that was read: `"point"`, `"center"`, `"a row of points"`.
        what: &'static str,
        /// Its number of values.
        len: usize,
    },
}
