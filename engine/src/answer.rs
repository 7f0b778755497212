use std::iter::repeat;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StructArray, UInt32Array, new_empty_array};
use arrow_schema::{DataType, Field, FieldRef, Fields};
use arrow_select::concat::concat;
use arrow_select::take::take;

use crate::batch::{Column, PIECE, in_pieces};
use crate::details::Details;
use crate::error::Result;
use crate::matcher::Matcher;
use crate::points::Points;
use crate::srid::ColumnState;

/// What is answered for a point: the row number of its polygon, or the value of a column in that
/// row; with details, a struct of it, the distance to the centre and the area.
///
/// The struct has the fields `index` or `id`, `distance` and `area`, and is null as a whole where
/// there is no answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    ids: Option<(FieldRef, ArrayRef)>,
    details: Option<Arc<Details>>,
}

impl Answer {
    /// The row number alone.
    pub fn row_number() -> Self {
        Self::default()
    }

    /// Answers with these values, one for each polygon, instead of the row number. Their type and
    /// the metadata of the field are kept.
    #[must_use]
    pub fn with_ids(self, field: FieldRef, ids: ArrayRef) -> Self {
        Self { ids: Some((field, ids)), ..self }
    }

    /// Tells the distance and the area too.
    #[must_use]
    pub fn with_details(self, details: Arc<Details>) -> Self {
        Self { details: Some(details), ..self }
    }

    /// The column of answers, of this name.
    pub fn field(&self, name: &str) -> Field {
        match &self.details {
            Some(_) => Field::new_struct(name, self.fields(), true),
            None => self.first_field(name),
        }
    }

    /// The answers for points that have been read already, with these row numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Arrow`](crate::Error::Arrow) for ids of a type that cannot be gathered.
    ///
    /// # Panics
    ///
    /// As [`Details::of`].
    pub fn column(&self, points: &Points, rows: UInt32Array) -> Result<ArrayRef> {
        let first = self.first(&rows)?;
        let Some(details) = &self.details else { return Ok(first) };
        let (distance, area) = details.of(points, &rows);
        let columns = vec![first, Arc::new(distance) as _, Arc::new(area) as _];
        Ok(Arc::new(StructArray::try_new(self.fields(), columns, rows.nulls().cloned())?))
    }

    /// Asks the matcher about a column of points in chunks, whose name and extension type the field
    /// has; one array of answers a chunk.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_field`] and [`Answer::column`].
    pub fn of_chunks(
        &self,
        matcher: &Matcher,
        field: &Field,
        chunks: &[ArrayRef],
    ) -> Result<Vec<ArrayRef>> {
        self.of_next(matcher, field, chunks, &mut ColumnState::default())
    }

    /// As [`Answer::of_chunks`] for the next chunks of a column, which has been read up to there.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_next`] and [`Answer::column`].
    pub fn of_next(
        &self,
        matcher: &Matcher,
        field: &Field,
        chunks: &[ArrayRef],
        state: &mut ColumnState,
    ) -> Result<Vec<ArrayRef>> {
        if self.details.is_none() {
            let rows = matcher.match_next(field, chunks, state)?;
            return rows.iter().map(|rows| self.first(rows)).collect();
        }
        matcher.prepare(chunks.iter().map(|chunk| chunk.len()).sum());
        let column = Column { field, crs: matcher.crs(), state };
        let pieces = in_pieces(column, chunks, repeat(()), |points, ()| {
            self.column(points, matcher.match_points(points))
        })?;
        let mut pieces = pieces.into_iter();
        let none = new_empty_array(self.field("").data_type());
        let of_chunk = |chunk: &ArrayRef| {
            let pieces = pieces.by_ref().take(chunk.len().div_ceil(PIECE));
            let pieces = pieces.collect::<Result<Vec<_>>>()?;
            match &pieces[..] {
                [] => Ok(none.clone()),
                [one] => Ok(one.clone()),
                pieces => Ok(concat(&pieces.iter().map(|piece| &**piece).collect::<Vec<_>>())?),
            }
        };
        chunks.iter().map(of_chunk).collect()
    }

    fn first(&self, rows: &UInt32Array) -> Result<ArrayRef> {
        match &self.ids {
            Some((_, ids)) => Ok(take(ids, rows, None)?),
            None => Ok(Arc::new(rows.clone())),
        }
    }

    fn first_field(&self, name: &str) -> Field {
        match &self.ids {
            Some((field, _)) => Field::clone(field).with_name(name).with_nullable(true),
            None => Field::new(name, DataType::UInt32, true),
        }
    }

    fn fields(&self) -> Fields {
        let first = self.first_field(if self.ids.is_some() { "id" } else { "index" });
        let number = |name| Field::new(name, DataType::Float64, true);
        Fields::from(vec![first, number("distance"), number("area")])
    }
}
