use std::cmp::Ordering;

use crate::error::{Error, Result};

/// Which polygons qualify for a point, and which of them is the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    max_dist: f64,
}

impl Rule {
    /// A polygon qualifies when its centre is strictly closer than `max_dist`:
    /// `dx * dx + dy * dy < max_dist * max_dist` in `f64`, in the unit of the coordinates.
    ///
    /// Zero lets nothing qualify; infinity lets every polygon qualify whose squared distance is
    /// finite.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] when `max_dist` is NaN or negative.
    pub fn within(max_dist: f64) -> Result<Self> {
        if max_dist.is_nan() || max_dist < 0.0 {
            let message = format!("expected a distance of at least 0, got {max_dist}");
            return Err(Error::Parameter { parameter: "max_dist", message });
        }
        Ok(Self { max_dist })
    }

    /// The bound on the distance, as given.
    pub fn max_dist(&self) -> f64 {
        self.max_dist
    }

    /// Whether a polygon with this centre qualifies for this point. A NaN never does.
    #[inline]
    pub fn qualifies(&self, [px, py]: [f64; 2], [cx, cy]: [f64; 2]) -> bool {
        let (dx, dy) = (px - cx, py - cy);
        dx * dx + dy * dy < self.max_dist * self.max_dist
    }

    /// The order of preference between two polygons given as (key, row), keys from [`Keys`]: the
    /// smaller key, then the lower row. The one place where ties are decided.
    ///
    /// [`Keys`]: crate::Keys
    pub fn better(a: &(u64, u32), b: &(u64, u32)) -> Ordering {
        a.cmp(b)
    }
}
