use super::{Cell, Relation, Simple, bounds_of_bulk, first_of_each};
use crate::metric::{EARTH_RADIUS, Metric, turn, wrap};
use crate::sphere::{Band, cosine, haversine};

/// Spherical caps of one radius in metres around centres, over boxes of longitude and latitude.
///
/// Points come with their longitudes [wrapped](wrap); centres are kept so.
///
/// The haversine of a distance is a sum of two terms that are never negative: one grows with the
/// difference of the latitudes, the other with that of the longitudes and with the cosines. The
/// least and the greatest of each over a box make a bound for all its points. It says outside or
/// covers only when it lies beyond the [band](Band) around the haversine of the radius, which is
/// wider than what any rounding here and in the definition adds up to.
#[derive(Debug, Clone)]
pub(crate) struct Caps {
    /// Longitudes and latitudes.
    pub centers: Vec<[f64; 2]>,
    /// Of the latitudes.
    cosines: Vec<f64>,
    max_dist: f64,
    band: Band,
}

impl Caps {
    /// Caps around these centres, whose latitudes are in -90..=90.
    pub(crate) fn new(centers: Vec<[f64; 2]>, max_dist: f64) -> Self {
        // All longitudes are one at the poles.
        let place = |[lon, lat]: [f64; 2]| [if lat.abs() == 90.0 { 0.0 } else { wrap(lon) }, lat];
        let centers: Vec<_> = centers.into_iter().map(place).collect();
        let cosines = centers.iter().map(|center| cosine(center[1])).collect();
        Self { centers, cosines, max_dist, band: Band::of_haversine(max_dist) }
    }

    /// The radius in degrees, and a bit more.
    fn degrees(&self) -> f64 {
        (self.max_dist / EARTH_RADIUS).to_degrees().min(180.0) * (1.0 + 1e-9)
    }

    /// A box around the caps of this radius whose centres are in a box; beyond -180..=180 where it
    /// crosses the antimeridian.
    fn grown(centers: Cell, degrees: f64) -> Cell {
        let (y0, y1) = (centers.y0 - degrees, centers.y1 + degrees);
        // Where a cap touches the meridians that bound it. Caps that hold a pole touch none.
        let cosine = cosine(centers.y0.abs().max(centers.y1.abs()).min(90.0));
        let sine = degrees.to_radians().sin() / cosine * (1.0 + 1e-9);
        let holds_pole = !(y0 > -90.0 && y1 < 90.0 && sine < 1.0);
        let turn = if holds_pole { 360.0 } else { sine.asin().to_degrees() + 1e-12 };
        let (y0, y1) = (y0.max(-90.0), y1.min(90.0));
        Cell { x0: centers.x0 - turn, x1: centers.x1 + turn, y0, y1 }
    }
}

impl Simple for Caps {
    fn len(&self) -> usize {
        self.centers.len()
    }

    /// Of caps around the same centre only the first can ever win.
    fn contenders(&self) -> Vec<u32> {
        first_of_each(&self.centers)
    }

    fn bounds(&self) -> Cell {
        let bounds = Self::grown(bounds_of_bulk(&self.centers), self.degrees());
        Cell { x0: bounds.x0.max(-180.0), x1: bounds.x1.min(180.0), ..bounds }
    }

    fn bounds_of(&self, rank: u32) -> impl Iterator<Item = Cell> {
        let [x, y] = self.centers[rank as usize];
        let whole = Self::grown(Cell { x0: x, x1: x, y0: y, y1: y }, self.degrees());
        let Cell { x0, x1, .. } = whole;
        // What lies beyond the antimeridian comes in again on the other side. A wrapped longitude
        // is never -180, but the end of a cell may be.
        let around = x1 - x0 >= 360.0;
        let middle = Cell { x0: x0.max(-180.0), x1: x1.min(180.0), ..whole };
        let east = (!around && x0 <= -180.0).then_some(Cell { x0: x0 + 360.0, x1: 180.0, ..whole });
        let west = (!around && x1 >= 180.0).then_some(Cell { x0: -180.0, x1: x1 - 360.0, ..whole });
        [Some(middle), east, west].into_iter().flatten()
    }

    fn relation(&self, rank: u32, cell: &Cell) -> Relation {
        let [x, y] = self.centers[rank as usize];
        // The cells at the rim reach to infinity, their points do not.
        let (x0, x1) = (cell.x0.max(-180.0), cell.x1.min(180.0));
        let (y0, y1) = (cell.y0.max(-90.0), cell.y1.min(90.0));
        if x0 > x1 || y0 > y1 {
            return Relation::Outside;
        }
        let own = self.cosines[rank as usize];
        let cosines = [cosine(y0), cosine(y1)];
        let turns = [turn(x0, x).abs(), turn(x1, x).abs()];

        let least_turn = if x0 <= x && x <= x1 { 0.0 } else { turns[0].min(turns[1]) };
        let least_rise = y.max(y0).min(y1) - y;
        let least = haversine(least_rise, least_turn, own * cosines[0].min(cosines[1]));
        if least >= self.band.high {
            return Relation::Outside;
        }
        // The meridian opposite to the centre.
        let opposite = if x > 0.0 { x - 180.0 } else { x + 180.0 };
        let farthest =
            if x0 <= opposite && opposite <= x1 { 180.0 } else { turns[0].max(turns[1]) };
        let most_rise = (y - y0).abs().max((y1 - y).abs());
        let widest = if y0 <= 0.0 && 0.0 <= y1 { 1.0 } else { cosines[0].max(cosines[1]) };
        let most = haversine(most_rise, farthest, own * widest);
        if most < self.band.low { Relation::Covers } else { Relation::Touches }
    }

    #[inline]
    fn covers(&self, rank: u32, [lon, lat]: [f64; 2]) -> bool {
        let center @ [x, y] = self.centers[rank as usize];
        let cosines = self.cosines[rank as usize] * cosine(lat);
        let haversine = haversine(lat - y, turn(lon, x), cosines);
        if haversine < self.band.low || haversine >= self.band.high {
            return haversine < self.band.low;
        }
        Metric::Haversine.is_within([lon, lat], center, self.max_dist)
    }
}
