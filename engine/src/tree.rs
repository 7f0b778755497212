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

use crate::stop::Current;
use crate::threads;

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

/// The boxes of two siblings: in the plane a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Siblings<const D: usize>([Bounds<D>; 2]);

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

    #[inline]
    fn distance_2(&self, point: &[f64; D]) -> f64 {
        let gap = |axis: usize| {
            let (below, above) = (self.low[axis] - point[axis], point[axis] - self.high[axis]);
            // Compiled to the instruction for the maximum, which `f64::max` is not.
            let gap = if below > above { below } else { above };
            if gap > 0.0 { gap } else { 0.0 }
        };
        (0..D).fold(0.0, |sum, axis| sum + gap(axis) * gap(axis))
    }

    fn center(&self) -> [f64; D] {
        from_fn(|axis| self.low[axis].midpoint(self.high[axis]))
    }
}

impl<const D: usize> Tree<D> {
    /// A tree over so many items with these boxes, which are finite.
    ///
    /// The same items give the same tree, whatever the number of threads. Of stopped work it is in
    /// no order.
    pub(crate) fn new(len: usize, bounds: impl Fn(usize) -> Bounds<D> + Sync) -> Self {
        let depth = len.div_ceil(LEAF).max(1).next_power_of_two().trailing_zeros();
        let mut centers: Vec<_> = (0..len).map(|at| (bounds(at).center(), at as u32)).collect();
        let current = Current::get();
        if len >= PARALLEL_ITEMS {
            threads::install(|| arrange(&mut centers, (len, depth), (0, 0), &current));
        } else {
            arrange(&mut centers, (len, depth), (0, 0), &current);
        }
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
        let siblings = nodes.as_chunks::<2>().0.iter();
        let siblings = siblings.map(|[left, right]| Siblings([left.0, right.0])).collect();
        Self { depth, siblings, lowest: nodes.iter().map(|node| node.1).collect(), items }
    }

    /// By place: the items as a search meets them.
    pub(crate) fn items(&self) -> &[u32] {
        &self.items
    }

    /// Visits the leaves that may matter, the nearer one of two siblings first.
    #[inline]
    pub(crate) fn search(&self, point: &[f64; D], search: &mut impl Search) {
        if self.matters(1, 0.0, search) {
            self.search_below(1, point, search);
        }
    }

    /// As [`Tree::search`], but begins at a leaf and works its way up: for a search that knows its
    /// bound as soon as it has seen what is near.
    #[inline]
    pub(crate) fn search_from(&self, leaf: u32, point: &[f64; D], search: &mut impl Search) {
        self.visit(leaf, search);
        let mut node = leaf;
        while node > 1 {
            // The sibling, unless it is what has been searched.
            let side = usize::from(node & 1 == 0);
            let distance_2 = self.siblings[(node / 2) as usize].0[side].distance_2(point);
            if self.matters(node ^ 1, distance_2, search) {
                self.search_below(node ^ 1, point, search);
            }
            node /= 2;
        }
    }

    /// For each point the leaf that is reached by way of the nearer one of two siblings.
    ///
    /// All points go down level by level, so that their look-ups do not wait for each other.
    #[inline]
    pub(crate) fn leaves_near<const N: usize>(&self, points: &[[f64; D]; N]) -> [u32; N] {
        let mut nodes = [1; N];
        for _ in 0..self.depth {
            for (node, point) in nodes.iter_mut().zip(points) {
                let [left, right] = self.siblings[*node as usize].distances_2(point);
                *node = 2 * *node + u32::from(self.right_first(*node, left, right));
            }
        }
        nodes
    }

    /// Below a node that matters.
    fn search_below(&self, root: u32, point: &[f64; D], search: &mut impl Search) {
        let mut waiting = [(0.0, 0_u32); LEVELS];
        let (mut waits, mut node) = (0, root);
        loop {
            if node >> self.depth != 0 {
                self.visit(node, search);
            } else {
                let [left, right] = self.siblings[node as usize].distances_2(point);
                let swap = self.right_first(node, left, right);
                let (near, far) = if swap { (right, left) } else { (left, right) };
                let near_node = 2 * node + u32::from(swap);
                // Where the near one does not matter, neither does the far one.
                if self.matters(near_node, near, search) {
                    waiting[waits % LEVELS] = (far, near_node ^ 1);
                    waits += 1;
                    node = near_node;
                    continue;
                }
            }
            node = loop {
                let Some(next) = waits.checked_sub(1) else { return };
                waits = next;
                let (distance_2, node) = waiting[waits % LEVELS];
                if self.matters(node, distance_2, search) {
                    break node;
                }
            };
        }
    }

    #[inline]
    fn visit(&self, leaf: u32, search: &mut impl Search) {
        let at = (leaf as usize) & ((1 << self.depth) - 1);
        search.visit(places(self.items.len(), self.depth, at));
    }

    #[inline]
    fn right_first(&self, node: u32, left: f64, right: f64) -> bool {
        // No branch but for the tie: which is nearer, nothing could guess.
        let nearer = right < left;
        if right == left { self.lower_is_right(node) } else { nearer }
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
        self.0.map(|bounds| bounds.distance_2(point))
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
    current: &Current,
) {
    if current.is_stopped() {
        return;
    }
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
        rayon::join(
            || arrange(head, (len, depth), left, current),
            || arrange(tail, (len, depth), right, current),
        );
    } else {
        arrange(head, (len, depth), left, current);
        arrange(tail, (len, depth), right, current);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Looks for all items within a squared distance, and counts leaves.
    struct Within<'a> {
        items: &'a [u32],
        bound: (f64, u32),
        found: Vec<u32>,
        leaves: usize,
    }

    impl Search for Within<'_> {
        fn bound(&self) -> (f64, u32) {
            self.bound
        }

        fn visit(&mut self, range: Range<usize>) {
            self.leaves += 1;
            self.found.extend(&self.items[range]);
        }
    }

    fn within<'a, const D: usize>(tree: &'a Tree<D>, bound: (f64, u32)) -> Within<'a> {
        Within { items: tree.items(), bound, found: vec![], leaves: 0 }
    }

    proptest! {
        #[test]
        fn no_item_in_reach_is_left_out(
            boxes in prop::collection::vec(([-9.0..9.0, -9.0..9.0, -9.0..9.0], 0.0..2.0), 0..300),
            point in [-12.0..12.0, -12.0..12.0, -12.0..12.0],
            distance_2 in 0.0..50.0_f64,
        ) {
            let bounds = |at: usize| {
                let (low, size): ([f64; 3], f64) = boxes[at];
                Bounds { low, high: low.map(|c| c + size) }
            };
            let tree = Tree::new(boxes.len(), bounds);
            let mut items = tree.items().to_vec();
            items.sort_unstable();
            prop_assert!(items.into_iter().eq(0..boxes.len() as u32));

            let mut from_top = within(&tree, (distance_2, 0));
            tree.search(&point, &mut from_top);
            let mut from_leaf = within(&tree, (distance_2, 0));
            let [leaf] = tree.leaves_near(&[point]);
            tree.search_from(leaf, &point, &mut from_leaf);
            for item in 0..boxes.len() {
                if bounds(item).distance_2(&point) < distance_2 {
                    prop_assert!(from_top.found.contains(&(item as u32)));
                    prop_assert!(from_leaf.found.contains(&(item as u32)));
                }
            }
            for mut found in [from_top.found, from_leaf.found] {
                let count = found.len();
                found.sort_unstable();
                found.dedup();
                prop_assert_eq!(found.len(), count, "a leaf is visited once");
            }
        }
    }

    /// Many threads build it or one, and equal items are told apart by their numbers.
    #[test]
    fn equal_items_do_not_make_a_search_long() {
        let build = || Tree::new(100_000, |_| Bounds::of_point([7.0, -7.0]));
        let tree = build();
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        assert!(alone.is_ok_and(|alone| alone.install(build).items() == tree.items()));
        for point in [[7.0, -7.0], [0.0, 0.0]] {
            let distance_2 = Bounds::of_point([7.0, -7.0]).distance_2(&point);
            // As near as all, but lower than the hundredth: few leaves have such items.
            let mut search = within(&tree, (distance_2, 100));
            tree.search(&point, &mut search);
            assert!((0..100).all(|item| search.found.contains(&item)));
            assert!(search.leaves <= 100 / (LEAF / 2) + 1, "{}", search.leaves);
        }
    }
}
