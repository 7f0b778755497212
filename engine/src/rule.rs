use std::cmp::Ordering;

use crate::error::{Error, Result};
use crate::metric::Metric;

/// Which polygons qualify for a point, and which of them is the best.
///
/// Centres in the plane unless said otherwise: [`Rule::with_center`], [`Rule::with_metric`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    predicate: Predicate,
    center: Center,
    metric: Metric,
}

/// What makes a polygon qualify for a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Predicate {
    /// Its centre is near: both bounds hold, of those that are given.
    Center {
        /// The centre is strictly closer than this.
        max_dist: Option<f64>,
        /// It is among so many nearest centres; of equally near ones the lower row is first.
        k: Option<usize>,
    },
    /// It covers the point: its interior and its boundary, the edges of holes included.
    Covers,
}

/// Which point of a polygon is its centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Center {
    /// The mean of the vertices of the exterior rings: [`vertex_mean`](crate::measure::vertex_mean).
    #[default]
    VertexMean,
    /// The centroid of the area: [`centroid`](crate::measure::centroid).
    Centroid,
}

impl Rule {
    /// A polygon qualifies when its centre is strictly closer than `max_dist`
    /// ([`Metric::is_within`]).
    ///
    /// Zero lets nothing qualify; infinity lets every polygon qualify whose squared distance is
    /// finite.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] when `max_dist` is NaN or negative.
    pub fn within(max_dist: f64) -> Result<Self> {
        Self::near(Some(max_dist), None)
    }

    /// A polygon qualifies when its centre is among the `k` nearest; of equally near ones the lower
    /// row is first. Rows that never match (without a polygon or a key) do not count.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] when `k` is 0.
    pub fn nearest(k: usize) -> Result<Self> {
        Self::near(None, Some(k))
    }

    /// A polygon qualifies when its centre is within the bounds that are given.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] when there is neither, and as [`Rule::within`] and [`Rule::nearest`].
    pub fn near(max_dist: Option<f64>, k: Option<usize>) -> Result<Self> {
        let wrong = |parameter, message| Err(Error::Parameter { parameter, message });
        match (max_dist, k) {
            (None, None) => wrong("max_dist", "expected a distance, or k".to_owned()),
            (Some(max_dist), _) if max_dist.is_nan() || max_dist < 0.0 => {
                wrong("max_dist", format!("expected a distance of at least 0, got {max_dist}"))
            }
            (_, Some(0)) => wrong("k", "expected at least 1, got 0".to_owned()),
            _ => Ok(Self::of(Predicate::Center { max_dist, k })),
        }
    }

    /// A polygon qualifies when it covers the point, its boundary included, holes excluded.
    pub fn covers() -> Self {
        Self::of(Predicate::Covers)
    }

    fn of(predicate: Predicate) -> Self {
        Self { predicate, center: Center::default(), metric: Metric::default() }
    }

    /// The same rule with another centre.
    #[must_use]
    pub fn with_center(self, center: Center) -> Self {
        Self { center, ..self }
    }

    /// The same rule with another metric.
    #[must_use]
    pub fn with_metric(self, metric: Metric) -> Self {
        Self { metric, ..self }
    }

    /// What makes a polygon qualify.
    pub fn predicate(&self) -> Predicate {
        self.predicate
    }

    /// Which point of a polygon is its centre.
    pub fn center(&self) -> Center {
        self.center
    }

    /// How distances to the centre are measured, what is a point, and what areas are.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// How close a centre must be.
    pub(crate) fn max_dist(&self) -> Option<f64> {
        match self.predicate {
            Predicate::Center { max_dist, .. } => max_dist,
            Predicate::Covers => None,
        }
    }

    /// How many of so many centres qualify by their nearness; `None` when that leaves none out.
    pub(crate) fn k_among(&self, centers: usize) -> Option<usize> {
        match self.predicate {
            Predicate::Center { k, .. } => k.filter(|&k| k < centers),
            Predicate::Covers => None,
        }
    }

    /// Whether a point can have an answer: [`Metric::is_point`]. The center of a polygon that can be
    /// one is such a point too.
    pub fn accepts(&self, point: [f64; 2]) -> bool {
        self.metric.is_point(point)
    }

    /// The order of preference between two polygons given as (key, row), keys from [`Keys`]: the
    /// smaller key, then the lower row. The one place where ties are decided.
    ///
    /// [`Keys`]: crate::Keys
    pub fn better(a: &(u64, u32), b: &(u64, u32)) -> Ordering {
        a.cmp(b)
    }

    /// The order of nearness between two centres given as (reduced distance, row): the nearer, then
    /// the lower row.
    pub fn nearer(a: &(f64, u32), b: &(f64, u32)) -> Ordering {
        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
    }
}
