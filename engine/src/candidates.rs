use std::iter::repeat;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, LargeListArray, UInt32Array};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};

use crate::batch::{Column, PIECE, in_pieces};
use crate::centers::{Centers, matching_rows};
use crate::covering::Covering;
use crate::crs::Crs;
use crate::error::Result;
use crate::keys::Keys;
use crate::metric::Metric;
use crate::nearest::{Nearest, Scratch};
use crate::points::Points;
use crate::polygons::Polygons;
use crate::rule::{Predicate, Rule};
use crate::srid::ColumnState;
use crate::stop::Current;

/// All polygons that qualify for each point, the best first: the first half of the question that a
/// [`Matcher`](crate::Matcher) answers.
#[derive(Debug)]
pub struct Candidates {
    rule: Rule,
    search: Search,
    /// That of the polygons, if it is known.
    crs: Option<Crs>,
}

/// How all that qualify are found: one way for each kind of rule.
#[derive(Debug)]
enum Search {
    /// By Euclidean distance to the centre.
    Plane(Nearest<2>),
    /// By haversine distance to the centre.
    Sphere(Nearest<3>),
    Covers(Covering),
}

impl Candidates {
    /// Ranks the polygons by these keys.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::with_keys`](crate::Matcher::with_keys).
    pub fn new(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        let centers = || Centers::new(polygons, keys, rule);
        let search = match (rule.predicate(), rule.metric()) {
            (Predicate::Covers, _) => {
                Search::Covers(Covering::new(polygons, matching_rows(polygons, keys, rule)?))
            }
            (_, Metric::Euclidean) => Search::Plane(Nearest::new(centers()?, rule)),
            (_, Metric::Haversine) => Search::Sphere(Nearest::new(centers()?, rule)),
        };
        Ok(Self { rule, search, crs: polygons.crs().cloned() })
    }

    /// The same with another coordinate reference system that columns of points are compared with.
    #[must_use]
    pub fn with_crs(self, crs: Option<Crs>) -> Self {
        Self { crs, ..self }
    }

    /// For each point the row numbers of the polygons that qualify, the best first; an empty list
    /// where there are none, null where the point is null or not one ([`Rule::accepts`]).
    ///
    /// `column` is the name for errors, in which row numbers count over all chunks; there is one
    /// array of answers a chunk. Memory is bounded by the answers.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_column`](crate::Matcher::match_column).
    pub fn of_chunks(&self, column: &str, chunks: &[ArrayRef]) -> Result<Vec<LargeListArray>> {
        self.of_field(&Field::new(column, DataType::Null, true), chunks)
    }

    /// As [`Candidates::of_chunks`] for a column whose name and extension type the field has.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_field`](crate::Matcher::match_field).
    pub fn of_field(&self, field: &Field, chunks: &[ArrayRef]) -> Result<Vec<LargeListArray>> {
        self.of_next(field, chunks, &mut ColumnState::default())
    }

    /// As [`Candidates::of_field`] for the next chunks of a column, which has been read up to there.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_next`](crate::Matcher::match_next).
    pub fn of_next(
        &self,
        field: &Field,
        chunks: &[ArrayRef],
        state: &mut ColumnState,
    ) -> Result<Vec<LargeListArray>> {
        let column = Column { field, crs: self.crs.as_ref(), state };
        let pieces = in_pieces(column, chunks, repeat(()), |points, ()| self.lists(points))?;
        let mut pieces = pieces.into_iter();
        let of_chunk = |chunk: &ArrayRef| {
            let pieces = pieces.by_ref().take(chunk.len().div_ceil(PIECE));
            pieces.reduce(Lists::and).unwrap_or_default().finish()
        };
        chunks.iter().map(of_chunk).collect()
    }

    fn lists(&self, points: &Points) -> Lists {
        let mut lists = Lists::default();
        let (mut scratch, mut ranks) = (Scratch::default(), Vec::new());
        let current = Current::get();
        for row in (0..points.len()).take_while(|_| !current.is_stopped()) {
            let point = points.get(row).filter(|&point| self.rule.accepts(point));
            ranks.clear();
            if let Some(point) = point {
                match &self.search {
                    Search::Plane(nearest) => nearest.qualifying(point, &mut scratch, &mut ranks),
                    Search::Sphere(nearest) => nearest.qualifying(point, &mut scratch, &mut ranks),
                    Search::Covers(covering) => covering.qualifying(point, &mut ranks),
                }
            }
            ranks.sort_unstable();
            lists.rows.extend(ranks.iter().map(|&rank| self.rows()[rank as usize]));
            lists.lengths.push(ranks.len());
            lists.valid.append(point.is_some());
        }
        lists
    }

    /// By rank.
    fn rows(&self) -> &[u32] {
        match &self.search {
            Search::Plane(nearest) => &nearest.centers().rows,
            Search::Sphere(nearest) => &nearest.centers().rows,
            Search::Covers(covering) => covering.rows(),
        }
    }
}

/// A column of lists while it is filled.
struct Lists {
    rows: Vec<u32>,
    lengths: Vec<usize>,
    valid: BooleanBufferBuilder,
}

impl Default for Lists {
    fn default() -> Self {
        Self { rows: vec![], lengths: vec![], valid: BooleanBufferBuilder::new(0) }
    }
}

impl Lists {
    /// These, and then the others.
    fn and(mut self, others: Self) -> Self {
        self.rows.extend(others.rows);
        self.lengths.extend(others.lengths);
        self.valid.append_buffer(&others.valid.build());
        self
    }

    fn finish(self) -> Result<LargeListArray> {
        let field = Arc::new(Field::new_list_field(DataType::UInt32, true));
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        let nulls = Some(NullBuffer::new(self.valid.build())).filter(|n| n.null_count() > 0);
        let rows = Arc::new(UInt32Array::from(self.rows));
        Ok(LargeListArray::try_new(field, offsets, rows, nulls)?)
    }
}
