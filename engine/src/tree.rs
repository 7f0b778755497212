//! A static tree of boxes.
//!
//! A binary tree in an array: node 1 is the root, the children of node `n` are `2n` and `2n + 1`,
//! and all leaves are on one level. Items are split in halves along the axis in which their centres
//! spread most, down to leaves of at most [`LEAF`] items, so a tree is always balanced, whatever is
//! put in, and a node's items follow from its number alone.
//!
//! Of each node two things are kept: the box around its items, beside that of its sibling, so that
//! one cache line answers for both; and the lowest of its items, so that a search among items that
//! are all equally near still leaves out most of them.
//!
//! Distances to boxes are exact in this sense: rounding is monotone, so the rounded squared distance
//! to a box, with its terms added up in the order of the axes, is never greater than that to a
//! point of the box which is rounded in the same way.

use std::array::from_fn;
use std::ops::Range;

/// Items of a leaf at most, and at least half of that but in the smallest trees.
pub(crate) const LEAF: usize = 16;

/// Levels that a tree has at most: there are fewer than 2^32 items.
const LEVELS: usize = 32;

/// Items from which a subtree is built on two threads.
const PARALLEL_ITEMS: usize = 1 << 13;

/// A closed box, its least and its greatest coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds<const D: usize> {
    pub low: [f64; D],
    pub high: [f64; D],
}

/// A tree over items that are known by their numbers, `0..len`.
#[derive(Debug)]
pub(crate) struct Tree<const D: usize> {
    /// Level of the leaves.
    depth: u32,
    /// Node `n` has the children `siblings[n]`.
    siblings: Vec<Siblings<D>>,
    /// Of each node its lowest item.
    lowest: Vec<u32>,
    /// The items, leaf by leaf, ascending in each.
    items: Vec<u32>,
}

/// The boxes of two siblings.
#[derive(Debug, Clone, Copy)]
struct Siblings<const D: usize> {
    low: [[f64; 2]; D],
    high: [[f64; 2]; D],
}

/// What a search looks for, and where it is by now.
pub(crate) trait Search {
    /// A subtree may matter when its squared distance is less than the first, or is equal and its
    /// lowest item is lower than the second.
    fn bound(&self) -> (f64, u32);

    /// Looks at the items at these [places](Tree::items).
    fn visit(&mut self, places: Range<usize>);
}

impl<const D: usize> Bounds<D> {
    /// The box that holds nothing.
    pub(crate) const EMPTY: Self = Self { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D] };

    /// The box of one point.
    pub(crate) fn of_point(point: [f64; D]) -> Self {
        Self { low: point, high: point }
    }

    /// The smallest box around both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            low: from_fn(|axis| self.low[axis].min(other.low[axis])),
            high: from_fn(|axis| self.high[axis].max(other.high[axis])),
        }
    }

    pub(crate) fn holds(&self, point: [f64; D]) -> bool {
        (0..D).all(|axis| self.low[axis] <= point[axis] && point[axis] <= self.high[axis])
    }

    fn center(&self) -> [f64; D] {
        from_fn(|axis| self.low[axis].midpoint(self.high[axis]))
    }
}

impl<const D: usize> Tree<D> {
    /// A tree over so many items with these boxes, which are finite.
    ///
    /// The same items give the same tree, whatever the number of threads.
    pub(crate) fn new(len: usize, bounds: impl Fn(usize) -> Bounds<D> + Sync) -> Self {
        let depth = len.div_ceil(LEAF).max(1).next_power_of_two().trailing_zeros();
        let mut centers: Vec<_> = (0..len).map(|at| (bounds(at).center(), at as u32)).collect();
        arrange(&mut centers, (len, depth), (0, 0));
        let items: Vec<u32> = centers.into_iter().map(|(_, item)| item).collect();

        let leaves = 1_usize << depth;
        let mut nodes = vec![(Bounds::EMPTY, u32::MAX); 2 * leaves];
        let leaf = |at: usize| {
            let places = places(len, depth, at);
            let lowest = items[places.clone()].first().copied().unwrap_or(u32::MAX);
            let bounds = items[places].iter().map(|&item| bounds(item as usize));
            (bounds.fold(Bounds::EMPTY, Bounds::and), lowest)
        };
        for (at, node) in nodes[leaves..].iter_mut().enumerate() {
            *node = leaf(at);
        }
        for at in (1..leaves).rev() {
            let (left, right) = (nodes[2 * at], nodes[2 * at + 1]);
            nodes[at] = (left.0.and(right.0), left.1.min(right.1));
        }
        let siblings =
            nodes.as_chunks::<2>().0[..leaves].iter().map(|[(left, _), (right, _)]| Siblings {
                low: from_fn(|axis| [left.low[axis], right.low[axis]]),
                high: from_fn(|axis| [left.high[axis], right.high[axis]]),
            });
        let siblings = siblings.collect();
        Self { depth, siblings, lowest: nodes.iter().map(|node| node.1).collect(), items }
    }

    /// By place: the items as a search meets them.
    pub(crate) fn items(&self) -> &[u32] {
        &self.items
    }

    /// Visits the leaves that may matter, the nearer one of two siblings first.
    #[inline]
    pub(crate) fn search(&self, point: &[f64; D], search: &mut impl Search) {
        let leaves = 1_u32 << self.depth;
        let mut waiting = [(0.0, 0_u32); LEVELS];
        let (mut waits, mut node, mut distance_2) = (0, 1, 0.0);
        loop {
            if self.matters(node, distance_2, search) {
                if node < leaves {
                    let [left, right] = self.siblings[node as usize].distances_2(point);
                    let swap = right < left || (right == left && self.lower_is_right(node));
                    let (near, far) = if swap { (right, left) } else { (left, right) };
                    let near_node = 2 * node + u32::from(swap);
                    waiting[waits % LEVELS] = (far, near_node ^ 1);
                    waits += 1;
                    (node, distance_2) = (near_node, near);
                    continue;
                }
                search.visit(places(self.items.len(), self.depth, (node - leaves) as usize));
            }
            let Some(next) = waits.checked_sub(1) else { return };
            waits = next;
            (distance_2, node) = waiting[waits % LEVELS];
        }
    }

    #[inline]
    fn matters(&self, node: u32, distance_2: f64, search: &impl Search) -> bool {
        let (bound, item) = search.bound();
        distance_2 < bound || (distance_2 == bound && self.lowest[node as usize] < item)
    }

    #[cold]
    fn lower_is_right(&self, node: u32) -> bool {
        let left = 2 * node as usize;
        self.lowest[left + 1] < self.lowest[left]
    }
}

impl<const D: usize> Siblings<D> {
    /// The squared distances of a point to both.
    #[inline]
    fn distances_2(&self, point: &[f64; D]) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for (axis, c) in point.iter().enumerate() {
            for (side, sum) in sums.iter_mut().enumerate() {
                let (below, above) = (self.low[axis][side] - c, c - self.high[axis][side]);
                // Compiled to the instruction for the maximum, which `f64::max` is not.
                let gap = if below > above { below } else { above };
                let gap = if gap > 0.0 { gap } else { 0.0 };
                *sum += gap * gap;
            }
        }
        sums
    }
}

/// The places of a node: the items are dealt evenly to the nodes of its level.
#[inline]
fn places(len: usize, level: u32, at: usize) -> Range<usize> {
    let start = |at: usize| ((at as u64 * len as u64) >> level) as usize;
    start(at)..start(at + 1)
}

/// Moves the items of node `at` of a level to its leaves: those of a leaf stand together, ascending.
fn arrange<const D: usize>(
    items: &mut [([f64; D], u32)],
    (len, depth): (usize, u32),
    (level, at): (u32, usize),
) {
    if level == depth {
        items.sort_unstable_by_key(|&(_, item)| item);
        return;
    }
    let axis = widest(items);
    let (left, right) = (places(len, level + 1, 2 * at), places(len, level + 1, 2 * at + 1));
    let by_center = |(a, item): &([f64; D], u32), (b, other): &([f64; D], u32)| {
        a[axis].total_cmp(&b[axis]).then(item.cmp(other))
    };
    if !right.is_empty() && !left.is_empty() {
        items.select_nth_unstable_by(left.len(), by_center);
    }
    let (head, tail) = items.split_at_mut(left.len());
    let (left, right) = ((level + 1, 2 * at), (level + 1, 2 * at + 1));
    if len >> level >= PARALLEL_ITEMS {
        rayon::join(|| arrange(head, (len, depth), left), || arrange(tail, (len, depth), right));
    } else {
        arrange(head, (len, depth), left);
        arrange(tail, (len, depth), right);
    }
}

/// The axis in which these centres spread most.
fn widest<const D: usize>(items: &[([f64; D], u32)]) -> usize {
    let centers = items.iter().map(|&(center, _)| Bounds::of_point(center));
    let all = centers.fold(Bounds::EMPTY, Bounds::and);
    // Halved, so that it does not overflow.
    let spread = |&axis: &usize| 0.5 * all.high[axis] - 0.5 * all.low[axis];
    (0..D).max_by(|a, b| spread(a).total_cmp(&spread(b))).unwrap_or(0)
}
