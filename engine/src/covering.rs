use std::ops::Range;

use crate::inside;
use crate::polygons::{Polygon, Polygons};
use crate::tree::{Bounds, Search, Tree};

/// Polygons in a tree over their boxes, to find all that cover a point.
#[derive(Debug)]
pub(crate) struct Covering {
    polygons: Polygons,
    /// By rank: the polygons' row numbers.
    rows: Vec<u32>,
    /// Over the ranks.
    tree: Tree<2>,
    /// As they stand in the tree.
    boxes: Vec<Bounds<2>>,
}

impl Covering {
    /// `rows` are those that can match, by rank.
    pub(crate) fn new(polygons: &Polygons, rows: Vec<u32>) -> Self {
        let bounds = |&row: &u32| polygons.get(row as usize).map_or(Bounds::EMPTY, bounds);
        let by_rank: Vec<_> = rows.iter().map(bounds).collect();
        let tree = Tree::new(rows.len(), |rank| by_rank[rank]);
        let boxes = tree.items().iter().map(|&rank| by_rank[rank as usize]).collect();
        Self { polygons: polygons.clone(), rows, tree, boxes }
    }

    /// By rank: the polygons' row numbers.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Appends the ranks of all that cover a point, in no order.
    pub(crate) fn qualifying(&self, point: [f64; 2], ranks: &mut Vec<u32>) {
        self.tree.search(&point, &mut Stab { all: self, point, ranks });
    }
}

/// The box around all rings of a polygon.
fn bounds(polygon: Polygon<'_>) -> Bounds<2> {
    let vertices = polygon.rings().flat_map(|ring| ring.x.iter().zip(ring.y));
    let bounds = vertices.map(|(&x, &y)| Bounds::of_point([x, y]));
    bounds.fold(Bounds::EMPTY, Bounds::and)
}

/// Looks for the polygons that cover a point.
struct Stab<'a> {
    all: &'a Covering,
    point: [f64; 2],
    ranks: &'a mut Vec<u32>,
}

impl Search for Stab<'_> {
    /// Boxes that hold the point, or are so close that it cannot be told.
    fn bound(&self) -> (f64, u32) {
        (0.0, u32::MAX)
    }

    fn visit(&mut self, range: Range<usize>) {
        let Self { all, point, .. } = *self;
        let boxes = all.boxes[range.clone()].iter().zip(range);
        for (_, at) in boxes.filter(|(bounds, _)| bounds.holds(point)) {
            let rank = all.tree.items()[at];
            let polygon = all.polygons.get(all.rows[rank as usize] as usize);
            if polygon.is_some_and(|polygon| inside::covers(polygon, point)) {
                self.ranks.push(rank);
            }
        }
    }
}
