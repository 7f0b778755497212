//! R-trees of bounding boxes; `geo` tests the polygons that they find, the best polygon first.

use geo::indexed::IntervalTreeMultiPolygon;
use geo::{BoundingRect, Contains, Coord, Intersects, MultiPolygon, Polygon, Rect};
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use rstar::primitives::{GeomWithData, Rectangle};

use crate::parts::Parts;
use crate::protocol::{NONE, Result};
use crate::search::Index;

/// `geo-index`'s packed Hilbert R-tree.
pub type GeoIndexBoxes = RTree<f64>;

/// `rstar`'s R*-tree, bulk loaded.
pub type RstarBoxes = rstar::RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>;

/// A tree of boxes `B` over polygons of type `P`.
pub struct Boxed<B, P> {
    tree: B,
    polygons: Vec<P>,
}

/// Finds boxes.
pub trait Boxes: Send + Sync + Sized {
    /// Builds the tree of numbered boxes.
    fn build(boxes: &[Rect]) -> Self;
    /// Appends the numbers of the boxes that a point lies in.
    fn find(&self, point: Coord, found: &mut Vec<u32>);
}

/// Tests a polygon.
pub trait Covers: Send + Sync {
    /// Prepares a polygon for tests.
    fn prepare(polygon: &Polygon) -> Self;
    /// Whether the polygon covers a point.
    fn covers(&self, point: Coord) -> bool;
}

impl<B: Boxes + 'static, P: Covers + 'static> Boxed<B, P> {
    /// Builds the tree and prepares the polygons.
    pub fn build(parts: &Parts) -> Result<Box<dyn Index>> {
        let boxes: Option<Vec<_>> = parts.polygons.iter().map(Polygon::bounding_rect).collect();
        let tree = B::build(&boxes.ok_or("a polygon has no vertex")?);
        Ok(Box::new(Self { tree, polygons: parts.polygons.iter().map(P::prepare).collect() }))
    }
}

impl<B: Boxes, P: Covers> Index for Boxed<B, P> {
    fn answer(&self, xs: &[f64], ys: &[f64], numbers: &mut [u32]) {
        let mut found = vec![];
        for ((number, &x), &y) in numbers.iter_mut().zip(xs).zip(ys) {
            let point = Coord { x, y };
            found.clear();
            self.tree.find(point, &mut found);
            found.sort_unstable();
            let first = found.iter().find(|&&found| self.polygons[found as usize].covers(point));
            *number = first.copied().unwrap_or(NONE);
        }
    }
}

impl Boxes for GeoIndexBoxes {
    fn build(boxes: &[Rect]) -> Self {
        let mut builder = RTreeBuilder::new(boxes.len() as u32);
        for rect in boxes {
            builder.add_rect(rect);
        }
        builder.finish::<HilbertSort>()
    }

    fn find(&self, Coord { x, y }: Coord, found: &mut Vec<u32>) {
        found.extend(self.search(x, y, x, y));
    }
}

impl Boxes for RstarBoxes {
    fn build(boxes: &[Rect]) -> Self {
        let corners = boxes.iter().map(|rect| (rect.min().into(), rect.max().into()));
        let boxes = corners.map(|(low, high)| Rectangle::from_corners(low, high));
        Self::bulk_load(boxes.zip(0..).map(|(rect, at)| GeomWithData::new(rect, at)).collect())
    }

    fn find(&self, point: Coord, found: &mut Vec<u32>) {
        found.extend(self.locate_all_at_point(point.into()).map(|rect| rect.data));
    }
}

/// Includes the boundary; looks at every edge.
impl Covers for Polygon {
    fn prepare(polygon: &Polygon) -> Self {
        polygon.clone()
    }

    fn covers(&self, point: Coord) -> bool {
        self.intersects(&point)
    }
}

/// Excludes the boundary: there is no other test. Looks only at edges at the height of the point.
impl Covers for IntervalTreeMultiPolygon<f64> {
    fn prepare(polygon: &Polygon) -> Self {
        Self::new(&MultiPolygon::new(vec![polygon.clone()]))
    }

    fn covers(&self, point: Coord) -> bool {
        self.contains(&point)
    }
}
