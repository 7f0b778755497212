//! The centres near a point: the `k` nearest, those within a distance, or those that are both.
//!
//! The centres stand in a [tree](crate::tree). In the plane its squared distances are those of the
//! definition, bit for bit, and order the centres as it does. On the sphere the tree holds unit
//! vectors, and its squared distances are those of chords, which order as the haversines do but
//! for a [blur](Place::blur): only what that leaves open is put to the definition.

use std::array::from_fn;
use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::centers::Centers;
use crate::cover::{BLOCK, NONE};
use crate::metric::{Metric, wrap};
use crate::polygons::PARALLEL_POLYGONS;
use crate::rule::Rule;
use crate::sphere::{Band, unit_vector};
use crate::stop::Current;
use crate::threads;
use crate::tree::{Bounds, LEAF, Search, Tree};

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

/// A centre that was found: the bits of its squared distance, its number and its rank, from high to
/// low. As no distance is negative, they order as [`Rule::nearer`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Found(u128);

/// A point, where it lies in the tree's space, and the leaf to begin at.
#[derive(Debug, Clone, Copy)]
struct At<const D: usize> {
    point: [f64; 2],
    place: [f64; D],
    leaf: u32,
}

/// Centres beyond `k` that are taken before the farthest are let go: up to so many, or where `k` is
/// large a share of it, so that letting go, which looks at all, costs a few steps for each taken.
const SPARE: usize = 32;
const SPARE_SHARE: usize = 4;

fn spare(k: usize) -> usize {
    k.min(SPARE).max(k / SPARE_SHARE)
}

/// Memory that is used again from point to point.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    found: Vec<Found>,
}

impl<const D: usize> Nearest<D>
where
    [f64; D]: Place,
{
    /// For a rule that needs no more than these centres.
    pub(crate) fn new(centers: Centers, rule: Rule) -> Self {
        let mut ranks: Vec<u32> = (0..centers.rows.len() as u32).collect();
        let row = |&rank: &u32| centers.rows[rank as usize];
        if ranks.len() >= PARALLEL_POLYGONS {
            threads::install(|| ranks.par_sort_unstable_by_key(row));
        } else {
            ranks.sort_unstable_by_key(row);
        }
        let k = rule.k_among(ranks.len());
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
            limit: rule
                .max_dist()
                .map(|max_dist| Limit { max_dist, band: <[f64; D]>::band(max_dist) }),
        }
    }

    /// By rank.
    pub(crate) fn centers(&self) -> &Centers {
        &self.centers
    }

    /// Writes the row of the best that qualifies or [`NONE`] for each of at most [`BLOCK`] points
    /// that the rule accepts.
    pub(crate) fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        let mut scratch = Scratch::default();
        let places: [[f64; D]; BLOCK] = from_fn(|lane| Place::of([xs[lane], ys[lane]]));
        let leaves = self.tree.leaves_near(&places);
        let current = Current::get();
        for (lane, best) in out.iter_mut().enumerate() {
            if current.is_stopped() {
                return;
            }
            let at = At { point: [xs[lane], ys[lane]], place: places[lane], leaf: leaves[lane] };
            *best = self.best(at, &mut scratch).unwrap_or(NONE);
        }
        // Apart, so that these look-ups do not wait for each other.
        for best in out.iter_mut().filter(|best| **best != NONE) {
            *best = self.centers.rows[*best as usize];
        }
    }

    fn best(&self, at: At<D>, scratch: &mut Scratch) -> Option<u32> {
        if self.k.is_none() && self.limit.is_none() {
            return (!self.ranks.is_empty()).then_some(0);
        }
        self.find(at, scratch);
        scratch.found.iter().map(|found| found.rank()).min()
    }

    /// Appends the ranks of all that qualify for a point that the rule accepts, in no order.
    pub(crate) fn qualifying(&self, point: [f64; 2], scratch: &mut Scratch, ranks: &mut Vec<u32>) {
        if self.k.is_none() && self.limit.is_none() {
            ranks.extend_from_slice(&self.ranks);
            return;
        }
        let place = <[f64; D]>::of(point);
        let [leaf] = self.tree.leaves_near(&[place]);
        self.find(At { point, place, leaf }, scratch);
        ranks.extend(scratch.found.iter().map(|found| found.rank()));
    }

    /// Leaves in `scratch.found` those that qualify by `k` or the limit.
    fn find(&self, at: At<D>, scratch: &mut Scratch) {
        let At { point, place, .. } = at;
        scratch.found.clear();
        match (self.k, self.limit) {
            (Some(k), _) => self.find_nearest(at, k, scratch),
            (None, Some(limit)) => self.find_closer(place, limit.band.high, &mut scratch.found),
            (None, None) => {}
        }
        if let Some(Limit { max_dist, band }) = self.limit {
            scratch.found.retain(|found| {
                let distance_2 = found.distance_2();
                let is_within = || {
                    let center = self.centers.places[found.rank() as usize];
                    <[f64; D]>::METRIC.is_within(point, center, max_dist)
                };
                distance_2 < band.low || (distance_2 < band.high && is_within())
            });
        }
    }

    fn find_nearest(&self, at: At<D>, k: usize, scratch: &mut Scratch) {
        let At { point, place, leaf } = at;
        let found = &mut scratch.found;
        let farthest = match self.limit {
            Some(limit) => (limit.band.high, 0),
            None => (f64::INFINITY, u32::MAX),
        };
        let refused = f64::INFINITY;
        let mut search =
            KNearest { all: self, place, k, found, farthest, reach: farthest, refused };
        self.tree.search_from(leaf, &place, &mut search);
        search.keep_nearest();
        if <[f64; D]>::BLURRED && search.found.len() == k {
            let blur = <[f64; D]>::blur(search.farthest.0);
            if search.refused < blur.high {
                found.clear();
                self.find_nearest_in_blur(point, place, blur, k, found);
            }
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
            let center = self.centers.places[found.rank() as usize];
            ((<[f64; D]>::METRIC.reduced(point, center), found.number()), found)
        };
        let open = found.iter().filter(|found| found.distance_2() >= blur.low);
        let mut open: Vec<_> = open.copied().map(nearness).collect();
        open.sort_unstable_by(|(a, _), (b, _)| Rule::nearer(a, b));
        found.retain(|found| found.distance_2() < blur.low);
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
        Found::new(distance_2, self.tree.items()[at], self.ranks[at])
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
    #[inline]
    fn new(distance_2: f64, number: u32, rank: u32) -> Self {
        let distance_2 = u128::from(distance_2.to_bits());
        Self(distance_2 << 64 | u128::from(number) << 32 | u128::from(rank))
    }

    #[inline]
    fn distance_2(self) -> f64 {
        f64::from_bits((self.0 >> 64) as u64)
    }

    #[inline]
    fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    fn rank(self) -> u32 {
        self.0 as u32
    }
}

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
    /// The `k` nearest of those seen are among them.
    found: &'a mut Vec<Found>,
    /// What the next must be nearer than: the farthest of some `k`.
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
        let mut distances_2 = [f64::INFINITY; LEAF];
        let mut nearest = f64::INFINITY;
        for (slot, (distance_2, _)) in
            distances_2.iter_mut().zip(self.all.distances_2(range.clone(), self.place))
        {
            *slot = distance_2;
            nearest = if distance_2 < nearest { distance_2 } else { nearest };
        }
        // One guess for the whole leaf: most have nothing to offer.
        if nearest > self.farthest.0 {
            self.refuse(nearest);
            return;
        }
        for (&distance_2, at) in distances_2.iter().zip(range) {
            let farthest = if self.k == 1 { nearest } else { self.farthest.0 };
            if distance_2 > farthest {
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

    #[inline]
    fn offer(&mut self, found: Found) {
        if Rule::nearer(&(found.distance_2(), found.number()), &self.farthest).is_ge() {
            self.refuse(found.distance_2());
            return;
        }
        if self.k == 1 {
            self.found.clear();
            self.found.push(found);
            self.refuse(self.farthest.0);
            self.set_farthest(found);
            return;
        }
        self.found.push(found);
        if self.found.len() >= self.k + spare(self.k) {
            self.keep_nearest();
        }
    }

    /// Lets go of all but the `k` nearest.
    fn keep_nearest(&mut self) {
        if self.found.len() < self.k {
            return;
        }
        let (_, last, others) = self.found.select_nth_unstable(self.k - 1);
        let (last, next) = (*last, others.iter().min().copied());
        if let Some(next) = next {
            self.refuse(next.distance_2());
        }
        self.found.truncate(self.k);
        self.set_farthest(last);
    }

    #[inline]
    fn set_farthest(&mut self, last: Found) {
        self.farthest = (last.distance_2(), last.number());
        self.reach = if <[f64; D]>::BLURRED {
            (<[f64; D]>::blur(self.farthest.0).high, 0)
        } else {
            self.farthest
        };
    }
}
