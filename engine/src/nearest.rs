//! The centres near a point: the `k` nearest, those within a distance, or those that are both.
//!
//! The centres stand in a [tree](crate::tree). In the plane its squared distances are those of the
//! definition, bit for bit, and order the centres as it does. On the sphere the tree holds unit
//! vectors, and its squared distances are those of chords, which order as the haversines do but
//! for a [blur](Place::blur): only what that leaves open is put to the definition.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use rayon::prelude::*;

use crate::centers::Centers;
use crate::cover::{BLOCK, NONE};
use crate::metric::{Metric, wrap};
use crate::polygons::PARALLEL_POLYGONS;
use crate::rule::Rule;
use crate::sphere::{Band, unit_vector};
use crate::tree::{Bounds, Search, Tree};

/// Where a point lies in the space of a tree.
pub(crate) trait Place: Copy + Send + Sync {
    const METRIC: Metric;

    /// Whether squared distances are other than those of the metric.
    const BLURRED: bool;

    fn of(point: [f64; 2]) -> Self;

    /// The squared distances that `max_dist` lies between.
    fn band(max_dist: f64) -> Band;

    /// The squared distances that cannot be told from this one.
    fn blur(distance_2: f64) -> Band;
}

/// The plane.
impl Place for [f64; 2] {
    const METRIC: Metric = Metric::Euclidean;
    const BLURRED: bool = false;

    #[inline]
    fn of(point: [f64; 2]) -> Self {
        point
    }

    fn band(max_dist: f64) -> Band {
        let squared = max_dist * max_dist;
        Band { low: squared, high: squared }
    }

    fn blur(distance_2: f64) -> Band {
        Band { low: distance_2, high: distance_2 }
    }
}

/// The unit sphere.
impl Place for [f64; 3] {
    const METRIC: Metric = Metric::Haversine;
    const BLURRED: bool = true;

    #[inline]
    fn of([lon, lat]: [f64; 2]) -> Self {
        unit_vector([wrap(lon), lat])
    }

    fn band(max_dist: f64) -> Band {
        Band::of_chord_2(max_dist)
    }

    #[inline]
    fn blur(distance_2: f64) -> Band {
        Band::of_chord(distance_2.sqrt())
    }
}

/// Centres in a tree, asked by one rule.
#[derive(Debug)]
pub(crate) struct Nearest<const D: usize> {
    /// Over the centres, numbered in the order of their rows.
    tree: Tree<D>,
    /// As they stand in the tree.
    places: Vec<[f64; D]>,
    /// As they stand in the tree.
    ranks: Vec<u32>,
    /// By rank.
    centers: Centers,
    /// Less than the number of centres.
    k: Option<usize>,
    limit: Option<Limit>,
}

/// Distances less than this qualify.
#[derive(Debug, Clone, Copy)]
struct Limit {
    max_dist: f64,
    band: Band,
}

/// A centre that was found.
#[derive(Debug, Clone, Copy)]
struct Found {
    distance_2: f64,
    number: u32,
    rank: u32,
}

/// Memory that is used again from point to point.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    nearest: BinaryHeap<Found>,
    found: Vec<Found>,
}

impl<const D: usize> Nearest<D>
where
    [f64; D]: Place,
{
    /// Of these centres all qualify but what the two bounds leave out.
    pub(crate) fn new(centers: Centers, max_dist: Option<f64>, k: Option<usize>) -> Self {
        let mut ranks: Vec<u32> = (0..centers.rows.len() as u32).collect();
        let row = |&rank: &u32| centers.rows[rank as usize];
        if ranks.len() >= PARALLEL_POLYGONS {
            ranks.par_sort_unstable_by_key(row);
        } else {
            ranks.sort_unstable_by_key(row);
        }
        let k = k.filter(|&k| k < ranks.len());
        if let Some(k) = k.filter(|_| <[f64; D]>::BLURRED) {
            keep_first_at_each_place(&mut ranks, &centers.places, k);
        }
        let place = |&rank: &u32| <[f64; D]>::of(centers.places[rank as usize]);
        let places: Vec<_> = ranks.iter().map(place).collect();
        let tree = Tree::new(ranks.len(), |number| Bounds::of_point(places[number]));
        Self {
            places: tree.items().iter().map(|&number| places[number as usize]).collect(),
            ranks: tree.items().iter().map(|&number| ranks[number as usize]).collect(),
            tree,
            centers,
            k,
            limit: max_dist.map(|max_dist| Limit { max_dist, band: <[f64; D]>::band(max_dist) }),
        }
    }

    /// By rank.
    pub(crate) fn centers(&self) -> &Centers {
        &self.centers
    }

    /// Writes the row of the best that qualifies or [`NONE`] for each of at most [`BLOCK`] points.
    pub(crate) fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        let mut scratch = Scratch::default();
        for ((best, &x), &y) in out.iter_mut().zip(xs).zip(ys) {
            let finite = x.is_finite() && y.is_finite();
            let rank = if finite { self.best([x, y], &mut scratch) } else { None };
            *best = rank.map_or(NONE, |rank| self.centers.rows[rank as usize]);
        }
    }

    fn best(&self, point: [f64; 2], scratch: &mut Scratch) -> Option<u32> {
        if self.k.is_none() && self.limit.is_none() {
            return (!self.ranks.is_empty()).then_some(0);
        }
        self.find(point, scratch);
        scratch.found.iter().map(|found| found.rank).min()
    }

    /// Appends the ranks of all that qualify for a point with finite coordinates, in no order.
    pub(crate) fn qualifying(&self, point: [f64; 2], scratch: &mut Scratch, ranks: &mut Vec<u32>) {
        if self.k.is_none() && self.limit.is_none() {
            ranks.extend_from_slice(&self.ranks);
            return;
        }
        self.find(point, scratch);
        ranks.extend(scratch.found.iter().map(|found| found.rank));
    }

    /// Leaves in `scratch.found` those that qualify by `k` or the limit.
    fn find(&self, point: [f64; 2], scratch: &mut Scratch) {
        let place = <[f64; D]>::of(point);
        scratch.found.clear();
        match (self.k, self.limit) {
            (Some(k), _) => self.find_nearest(point, place, k, scratch),
            (None, Some(limit)) => self.find_closer(place, limit.band.high, &mut scratch.found),
            (None, None) => {}
        }
        if let Some(Limit { max_dist, band }) = self.limit {
            scratch.found.retain(|found| {
                let distance_2 = found.distance_2;
                let is_within = || {
                    let center = self.centers.places[found.rank as usize];
                    <[f64; D]>::METRIC.is_within(point, center, max_dist)
                };
                distance_2 < band.low || (distance_2 < band.high && is_within())
            });
        }
    }

    fn find_nearest(&self, point: [f64; 2], place: [f64; D], k: usize, scratch: &mut Scratch) {
        let Scratch { nearest, found } = scratch;
        nearest.clear();
        let farthest = match self.limit {
            Some(limit) => (limit.band.high, 0),
            None => (f64::INFINITY, u32::MAX),
        };
        let mut search = KNearest {
            all: self,
            place,
            k,
            nearest,
            farthest,
            reach: farthest,
            refused: f64::INFINITY,
        };
        self.tree.search(&place, &mut search);
        let (farthest, refused) = (search.farthest.0, search.refused);
        let blur = <[f64; D]>::blur(farthest);
        if <[f64; D]>::BLURRED && nearest.len() == k && refused < blur.high {
            self.find_nearest_in_blur(point, place, blur, k, found);
        } else {
            found.extend(nearest.iter());
        }
    }

    /// More than `k` are in reach: takes those before the blur, and of those in it the nearest by
    /// the definition.
    #[cold]
    fn find_nearest_in_blur(
        &self,
        point: [f64; 2],
        place: [f64; D],
        blur: Band,
        k: usize,
        found: &mut Vec<Found>,
    ) {
        self.find_closer(place, blur.high, found);
        let nearness = |found: Found| {
            let center = self.centers.places[found.rank as usize];
            ((<[f64; D]>::METRIC.reduced(point, center), found.number), found)
        };
        let open = found.iter().filter(|found| found.distance_2 >= blur.low);
        let mut open: Vec<_> = open.copied().map(nearness).collect();
        open.sort_unstable_by(|(a, _), (b, _)| Rule::nearer(a, b));
        found.retain(|found| found.distance_2 < blur.low);
        let room = k.saturating_sub(found.len());
        found.extend(open.into_iter().take(room).map(|(_, found)| found));
    }

    /// Appends those with a smaller squared distance than this.
    fn find_closer(&self, place: [f64; D], distance_2: f64, found: &mut Vec<Found>) {
        self.tree.search(&place, &mut Closer { all: self, place, distance_2, found });
    }

    /// The squared distances to what stands in this range of the tree, and where it stands.
    #[inline]
    fn distances_2(
        &self,
        range: Range<usize>,
        from: [f64; D],
    ) -> impl Iterator<Item = (f64, usize)> {
        let places = self.places[range.clone()].iter();
        // Added up in the order of the axes, as the tree and the metric do.
        let distance_2 = move |place: &[f64; D]| {
            from.iter().zip(place).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
        };
        places.map(distance_2).zip(range)
    }

    #[inline]
    fn found(&self, distance_2: f64, at: usize) -> Found {
        Found { distance_2, number: self.tree.items()[at], rank: self.ranks[at] }
    }
}

/// Of equal centres only the first `k` can be among the `k` nearest: leaves out the others.
fn keep_first_at_each_place(ranks: &mut Vec<u32>, centers: &[[f64; 2]], k: usize) {
    let mut seen: HashMap<[u64; 2], usize> = HashMap::with_capacity(ranks.len());
    ranks.retain(|&rank| {
        let [lon, lat] = centers[rank as usize];
        // One number for each place: all longitudes are one at the poles, and adding zero makes the
        // two zeros one.
        let lon = if lat.abs() == 90.0 { 0.0 } else { wrap(lon) };
        let count = seen.entry([lon, lat].map(|c| (c + 0.0).to_bits())).or_default();
        *count += 1;
        *count <= k
    });
}

impl Found {
    fn nearness(&self) -> (f64, u32) {
        (self.distance_2, self.number)
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        Rule::nearer(&self.nearness(), &other.nearness())
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Found {}

/// Looks for all closer than a bound.
struct Closer<'a, const D: usize> {
    all: &'a Nearest<D>,
    place: [f64; D],
    distance_2: f64,
    found: &'a mut Vec<Found>,
}

impl<const D: usize> Search for Closer<'_, D>
where
    [f64; D]: Place,
{
    fn bound(&self) -> (f64, u32) {
        (self.distance_2, 0)
    }

    fn visit(&mut self, range: Range<usize>) {
        for (distance_2, at) in self.all.distances_2(range, self.place) {
            if distance_2 < self.distance_2 {
                self.found.push(self.all.found(distance_2, at));
            }
        }
    }
}

/// Looks for the `k` nearest.
struct KNearest<'a, const D: usize> {
    all: &'a Nearest<D>,
    place: [f64; D],
    k: usize,
    /// At most `k`, the farthest on top.
    nearest: &'a mut BinaryHeap<Found>,
    /// What the next must be nearer than: the farthest, once there are `k`.
    farthest: (f64, u32),
    /// The same, or the end of the blur around it.
    reach: (f64, u32),
    /// The least squared distance of those in reach that are not among the `k`.
    refused: f64,
}

impl<const D: usize> Search for KNearest<'_, D>
where
    [f64; D]: Place,
{
    #[inline]
    fn bound(&self) -> (f64, u32) {
        self.reach
    }

    #[inline]
    fn visit(&mut self, range: Range<usize>) {
        for (distance_2, at) in self.all.distances_2(range, self.place) {
            if distance_2 > self.farthest.0 {
                self.refuse(distance_2);
            } else {
                self.offer(self.all.found(distance_2, at));
            }
        }
    }
}

impl<const D: usize> KNearest<'_, D>
where
    [f64; D]: Place,
{
    #[inline]
    fn refuse(&mut self, distance_2: f64) {
        if <[f64; D]>::BLURRED && distance_2 < self.refused {
            self.refused = distance_2;
        }
    }

    fn offer(&mut self, found: Found) {
        if Rule::nearer(&found.nearness(), &self.farthest).is_ge() {
            self.refuse(found.distance_2);
            return;
        }
        if self.nearest.len() < self.k {
            self.nearest.push(found);
        } else {
            self.refuse(self.farthest.0);
            if let Some(mut top) = self.nearest.peek_mut() {
                *top = found;
            }
        }
        if self.nearest.len() == self.k
            && let Some(top) = self.nearest.peek()
        {
            self.farthest = top.nearness();
            self.reach = if <[f64; D]>::BLURRED {
                (<[f64; D]>::blur(top.distance_2).high, 0)
            } else {
                self.farthest
            };
        }
    }
}
