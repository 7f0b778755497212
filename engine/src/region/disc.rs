use super::{Cell, Relation, Simple, bounds_of_bulk, first_of_each};
use crate::metric::Metric;

/// Centres that are looked at together where there is no index.
const SCANNED: usize = 16;

/// Discs of one radius around the centres.
///
/// Rounding is monotone: of two coordinates on the same side of a centre, the farther one never
/// has the smaller rounded distance. So the rule itself, asked at the nearest and the farthest
/// corner of a cell, answers for all points between them, and no tolerance is needed.
#[derive(Debug, Clone)]
pub(crate) struct Discs {
    pub centers: Vec<[f64; 2]>,
    pub max_dist: f64,
}

impl Simple for Discs {
    fn len(&self) -> usize {
        self.centers.len()
    }

    /// Of discs around the same centre only the first can ever win.
    fn contenders(&self) -> Vec<u32> {
        first_of_each(&self.centers)
    }

    fn bounds(&self) -> Cell {
        self.grown(bounds_of_bulk(&self.centers))
    }

    fn bounds_of(&self, rank: u32) -> impl Iterator<Item = Cell> {
        let [x, y] = self.centers[rank as usize];
        std::iter::once(self.grown(Cell { x0: x, x1: x, y0: y, y1: y }))
    }

    #[inline]
    fn relation(&self, rank: u32, cell: &Cell) -> Relation {
        let center @ [x, y] = self.centers[rank as usize];
        let nearest = [x.max(cell.x0).min(cell.x1), y.max(cell.y0).min(cell.y1)];
        if !self.holds(nearest, center) {
            return Relation::Outside;
        }
        let farther = |low: f64, high: f64, c: f64| if c - low > high - c { low } else { high };
        let farthest = [farther(cell.x0, cell.x1, x), farther(cell.y0, cell.y1, y)];
        if self.holds(farthest, center) { Relation::Covers } else { Relation::Touches }
    }

    #[inline]
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool {
        self.holds(point, self.centers[rank as usize])
    }

    /// Some at a time, without a branch between them.
    fn first(&self, ranks: u32, point: [f64; 2]) -> Option<u32> {
        let centers = &self.centers[..ranks as usize];
        let holds = |center: &[f64; 2]| self.holds(point, *center);
        let any = |piece: &[[f64; 2]]| piece.iter().fold(false, |any, center| any | holds(center));
        let from = SCANNED * centers.chunks(SCANNED).position(any)?;
        centers[from..].iter().position(holds).map(|at| (from + at) as u32)
    }
}

impl Discs {
    #[inline]
    fn holds(&self, point: [f64; 2], center: [f64; 2]) -> bool {
        Metric::Euclidean.is_within(point, center, self.max_dist)
    }

    fn grown(&self, cell: Cell) -> Cell {
        let r = self.max_dist;
        Cell { x0: cell.x0 - r, x1: cell.x1 + r, y0: cell.y0 - r, y1: cell.y1 + r }
    }
}
