//! The peers: other crates' indexes over centers or polygons, each used as its documentation says.

mod boxes;
mod brute;
mod geo_index;
mod kiddo;
mod rstar;

pub use boxes::{Boxed, GeoIndexBoxes, RstarBoxes};
pub use brute::Brute;
pub use geo_index::GeoIndex;
pub use kiddo::{KiddoBest, KiddoSummary, KiddoWithin};
pub use rstar::Rstar;

/// The contract's test, for crates whose own bound is inclusive.
fn closer([px, py]: [f64; 2], [cx, cy]: [f64; 2], max_dist: f64) -> bool {
    let (dx, dy) = (px - cx, py - cy);
    dx * dx + dy * dy < max_dist * max_dist
}

/// A slightly larger radius, so that rounding loses no pair; results are tested with [`closer`].
fn generous(max_dist: f64) -> f64 {
    max_dist * (1.0 + 1e-12)
}
