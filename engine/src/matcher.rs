use std::array::from_fn;

use crate::centers::{Centers, matching_rows};
use crate::cover::{BLOCK, CellsReached, IndexStats, NONE};
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::indexed::{Index, Indexed};
use crate::keys::Keys;
use crate::metric::{Metric, wrap};
use crate::nearest::Nearest;
use crate::points::Points;
use crate::polygons::Polygons;
use crate::region::{Caps, Discs, Interiors};
use crate::rule::{Predicate, Rule};

/// Polygons and a rule, measured and ranked: built once, asked many times.
///
/// A `Matcher` is shared between threads by reference. Asking changes nothing but one thing: the
/// index is built at the first question that is worth it, by whoever asks it, while others wait.
#[derive(Debug)]
pub struct Matcher {
    rule: Rule,
    search: Search,
    /// That of the polygons, if it is known.
    crs: Option<Crs>,
}

/// How the best polygon is found: one way for each kind of rule.
#[derive(Debug)]
enum Search {
    /// Euclidean distance to the centre alone.
    Discs(Indexed<Discs>),
    /// Haversine distance to the centre alone.
    Caps(Indexed<Caps>),
    /// The nearest by Euclidean distance.
    Plane(Nearest<2>),
    /// The nearest by haversine distance.
    Sphere(Nearest<3>),
    /// Coverage.
    Interiors(Indexed<Interiors>),
}

impl Matcher {
    /// Measures the polygons and ranks them by area.
    ///
    /// Costs one pass over the vertices and a sort of the rows.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for more than 2^31 - 2 polygons; [`Error::Value`] with the row for a
    /// polygon that is invalid on the sphere, when the metric is haversine and
    /// [`Invalid`](crate::Invalid) polygons are not skipped.
    pub fn new(polygons: &Polygons, rule: Rule) -> Result<Self> {
        Self::with_keys(polygons, &Keys::areas(polygons, &rule), rule)
    }

    /// As [`Matcher::new`], but ranks by other keys than the areas.
    ///
    /// # Errors
    ///
    /// As [`Matcher::new`], and [`Error::Parameter`] for another number of keys.
    pub fn with_keys(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        let search = match rule.predicate() {
            Predicate::Center { .. } => {
                Search::of_centers(Centers::new(polygons, keys, rule)?, rule)
            }
            Predicate::Covers => {
                let rows = matching_rows(polygons, keys, rule)?;
                let (interiors, rows) = Interiors::of_rows(polygons, &rows)?;
                Search::Interiors(Indexed::new(interiors, rows))
            }
        };
        Ok(Self { rule, search, crs: polygons.crs().cloned() })
    }

    /// The ranked polygons as bytes, 20 each, to be sent elsewhere: much less than the polygons.
    /// `None` for rules that need more of a polygon than its centre.
    ///
    /// Of the polygons that can match, the best first, little-endian: x and y of all centres as
    /// `f64`, then all row numbers as `u32`.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let (places, rows) = match &self.search {
            Search::Discs(discs) => (&discs.regions().centers, discs.answers()),
            Search::Caps(caps) => (&caps.regions().centers, caps.answers()),
            Search::Plane(nearest) => (&nearest.centers().places, &*nearest.centers().rows),
            Search::Sphere(nearest) => (&nearest.centers().places, &*nearest.centers().rows),
            Search::Interiors(_) => return None,
        };
        let places = places.iter().flatten().flat_map(|c| c.to_le_bytes());
        Some(places.chain(rows.iter().flat_map(|row| row.to_le_bytes())).collect())
    }

    /// Makes the matcher again from what [`Matcher::to_bytes`] gave, for the same rule, but without
    /// its reference system.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for bytes that are none of a matcher with this rule.
    pub fn from_bytes(bytes: &[u8], rule: Rule) -> Result<Self> {
        let polygons = bytes.len() / 20;
        let (places, rows) = bytes.split_at(16 * polygons);
        let numbers: Vec<f64> =
            places.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let rows: Vec<u32> =
            rows.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let places = numbers.as_chunks().0.to_vec();
        let whole = bytes.len().is_multiple_of(20)
            && rows.iter().all(|row| *row < NONE)
            && places.iter().all(|place| rule.accepts(*place));
        if !whole || rule.predicate() == Predicate::Covers {
            let message = format!("{} bytes that are none of a matcher", bytes.len());
            return Err(Error::Parameter { parameter: "polygons", message });
        }
        let search = Search::of_centers(Centers { places, rows }, rule);
        Ok(Self { rule, search, crs: None })
    }

    /// The coordinate reference system that columns of points are compared with: that of the
    /// polygons.
    pub fn crs(&self) -> Option<&Crs> {
        self.crs.as_ref()
    }

    /// The same matcher with another reference system, such as one that [`Matcher::from_bytes`] does
    /// not have.
    #[must_use]
    pub fn with_crs(self, crs: Option<Crs>) -> Self {
        Self { crs, ..self }
    }

    /// The rule that was given.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Bounds the memory of the index; by default 48 MiB, so that a matcher takes at most 64 MiB
    /// beside the polygons, what it takes to make it included.
    ///
    /// Less memory means larger cells and more tests a point, never other answers. The coarsest
    /// index takes about 36 bytes a polygon, and is built even if that is more.
    #[must_use]
    pub fn with_index_bytes(mut self, bytes: usize) -> Self {
        if let Some(index) = self.search.index_mut() {
            index.bound(bytes);
        }
        self
    }

    /// Builds the index now, if the rule has one and it is not there yet.
    ///
    /// More than about 119 million polygons get none: they are scanned in rank order. Where the work
    /// is [stopped](crate::Stop::during) there is none afterwards.
    pub fn build_index(&self) {
        if let Some(index) = self.search.index() {
            drop(index.build());
        }
    }

    /// What the index consists of; `None` while there is none.
    pub fn index_stats(&self) -> Option<IndexStats> {
        self.search.index().and_then(Index::stats)
    }

    /// The mean number of polygons that the index tests for one of these points before it has the
    /// answer: 0 where all lie in settled cells.
    ///
    /// Points that can have no answer do not count. `None` while there is no index, and without any
    /// other point. Costs more than asking: a diagnosis, not part of an answer.
    pub fn mean_tests(&self, points: &Points) -> Option<f64> {
        let index = self.search.index()?;
        let (mut sum, mut count) = (0, 0);
        for point in self.looked_up(points) {
            sum += index.tests(point)?;
            count += 1;
        }
        (count > 0).then(|| sum as f64 / count as f64)
    }

    /// In what kind of cell of the index these points lie.
    ///
    /// Points that can have no answer do not count. `None` while there is no index. A diagnosis, as
    /// [`Matcher::mean_tests`].
    pub fn cells_reached(&self, points: &Points) -> Option<CellsReached> {
        let index = self.search.index().filter(|index| index.stats().is_some())?;
        let mut reached = CellsReached::default();
        self.looked_up(points).for_each(|point| index.reach(point, &mut reached));
        Some(reached)
    }

    /// The points, as the index looks them up.
    fn looked_up(&self, points: &Points) -> impl Iterator<Item = [f64; 2]> {
        let wraps = matches!(self.search, Search::Caps(_));
        let points = (0..points.len()).filter_map(|row| points.get(row));
        let points = points.filter(|point| self.rule.accepts(*point));
        points.map(move |[x, y]| [if wraps { wrap(x) } else { x }, y])
    }

    /// Gets ready for so many points: builds the index when they are worth it. Stopped work has none.
    pub(crate) fn prepare(&self, points: usize) {
        if let Some(index) = self.search.index() {
            drop(index.prepare(points));
        }
    }

    /// Writes the row of the best polygon or [`NONE`] for each of at most [`BLOCK`] points.
    ///
    /// What is not a point ends here, in front of every search. Its lane goes on with another
    /// point of the block, whose answer is not used.
    #[inline]
    pub(crate) fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        let points = self.rule.metric().points_of(xs, ys);
        if points == u64::MAX {
            return self.search.resolve(xs, ys, out);
        }
        self.resolve_some(points, xs, ys, out);
    }

    /// As [`Matcher::resolve`] for a block of which only some lanes hold points.
    #[cold]
    fn resolve_some(&self, points: u64, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        let is_point = |lane: usize| points >> lane & 1 == 1;
        let Some(other) = (0..out.len()).find(|&lane| is_point(lane)) else {
            return out.fill(NONE);
        };
        let [xs, ys] = [xs, ys]
            .map(|axis| from_fn(|lane| if is_point(lane) { axis[lane] } else { axis[other] }));
        self.search.resolve(&xs, &ys, out);
        for (_, answer) in out.iter_mut().enumerate().filter(|(lane, _)| !is_point(*lane)) {
            *answer = NONE;
        }
    }
}

impl Search {
    /// For a rule that needs no more than centres.
    fn of_centers(centers: Centers, rule: Rule) -> Self {
        match (rule.metric(), rule.max_dist(), rule.k_among(centers.rows.len())) {
            (Metric::Euclidean, Some(max_dist), None) => {
                let discs = Discs { centers: centers.places, max_dist };
                Self::Discs(Indexed::new(discs, centers.rows))
            }
            (Metric::Haversine, Some(max_dist), None) => {
                let caps = Caps::new(centers.places, max_dist);
                Self::Caps(Indexed::new(caps, centers.rows))
            }
            (Metric::Euclidean, ..) => Self::Plane(Nearest::new(centers, rule)),
            (Metric::Haversine, ..) => Self::Sphere(Nearest::new(centers, rule)),
        }
    }

    /// As [`Matcher::resolve`] for points alone.
    #[inline]
    fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        match self {
            Self::Discs(discs) => discs.resolve(xs, ys, out),
            Self::Caps(caps) => caps.resolve(&xs.map(wrap), ys, out),
            Self::Plane(nearest) => nearest.resolve(xs, ys, out),
            Self::Sphere(nearest) => nearest.resolve(xs, ys, out),
            Self::Interiors(interiors) => interiors.resolve(xs, ys, out),
        }
    }

    /// The index over cells, where there is one.
    fn index(&self) -> Option<&dyn Index> {
        match self {
            Self::Discs(discs) => Some(discs),
            Self::Caps(caps) => Some(caps),
            Self::Interiors(interiors) => Some(interiors),
            Self::Plane(_) | Self::Sphere(_) => None,
        }
    }

    fn index_mut(&mut self) -> Option<&mut dyn Index> {
        match self {
            Self::Discs(discs) => Some(discs),
            Self::Caps(caps) => Some(caps),
            Self::Interiors(interiors) => Some(interiors),
            Self::Plane(_) | Self::Sphere(_) => None,
        }
    }
}
