use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};

use super::input::PointReader;
use super::tally::Tallies;
use super::watch::{Tally, Watch};
use crate::answer::Answer;
use crate::crs::Crs;
use crate::error::Result;
use crate::matcher::Matcher;
use crate::points::Points;

/// What is asked of every point, and what the column of answers is called.
pub(super) struct Question {
    pub(super) matcher: Matcher,
    pub(super) answer: Answer,
    pub(super) name: String,
}

impl Question {
    /// The column of answers.
    pub(super) fn field(&self) -> Field {
        self.answer.field(&self.name)
    }

    /// A schema with the column of answers behind the others.
    pub(super) fn appended(&self, schema: &Schema) -> Schema {
        appended(schema, self.field())
    }

    /// The answers for some points, which are told to `tallies`.
    pub(super) fn ask(
        &self,
        points: &Points,
        tallies: Option<&Mutex<Tallies>>,
    ) -> Result<(ArrayRef, Tally)> {
        Crs::agree(points.crs().as_ref(), self.matcher.crs())?;
        let rows = self.matcher.match_points(points);
        if let Some(tallies) = tallies {
            // Sums of whole batches: one that panicked has left none.
            tallies.lock().unwrap_or_else(PoisonError::into_inner).add(points, &rows);
        }
        let tally = Tally {
            rows: rows.len(),
            matched: rows.len() - rows.null_count(),
            null_points: points.missing(self.matcher.rule().metric()),
        };
        Ok((self.answer.column(points, rows)?, tally))
    }

    /// A batch with the answers for its points.
    pub(super) fn append(
        &self,
        batch: &RecordBatch,
        points: &Points,
        tallies: Option<&Mutex<Tallies>>,
    ) -> Result<(RecordBatch, Tally)> {
        let (answers, tally) = self.ask(points, tallies)?;
        let columns = batch.columns().iter().cloned().chain([answers]).collect();
        let schema = Arc::new(self.appended(batch.schema_ref()));
        Ok((RecordBatch::try_new(schema, columns)?, tally))
    }
}

/// A schema with one more field behind the others.
pub(super) fn appended(schema: &Schema, field: Field) -> Schema {
    let fields: Vec<_> = schema.fields().iter().cloned().chain([Arc::new(field)]).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

/// The question, put to the points of a file.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) input: &'a PointReader,
    pub(super) question: &'a Question,
    pub(super) watch: &'a Watch,
    /// Told of all points, where that is asked for.
    pub(super) tallies: Option<&'a Mutex<Tallies>>,
}
