use std::path::Path;

use arrow_array::RecordBatch;

use super::PointColumns;
use crate::crs::Crs;
use crate::error::Result;
use crate::file::{Geometry, Table};
use crate::points::Points;
use crate::rule::Rule;

/// A table of points, read batch by batch.
pub(super) struct PointReader {
    table: Table,
    geometry: Geometry,
}

impl PointReader {
    pub(super) fn open(path: &Path, columns: &PointColumns) -> Result<Self> {
        let table = Table::open(path)?;
        let geometry = Geometry::points(&table, columns)?;
        Ok(Self { table, geometry })
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    pub(super) fn crs(&self) -> Option<&Crs> {
        self.geometry.crs()
    }

    /// Each batch with its points, which the rule accepts.
    pub(super) fn batches(
        &self,
        rule: Rule,
    ) -> impl Iterator<Item = Result<(RecordBatch, Points)>> {
        let (batches, failed) = match self.table.batches(None) {
            Ok(batches) => (Some(batches), None),
            Err(error) => (None, Some(Err(error))),
        };
        let mut first_row = 0;
        batches.into_iter().flatten().chain(failed).map(move |batch| {
            let batch = batch?;
            let points = self
                .geometry
                .read_points(&batch, first_row)
                .and_then(|points| points.accepted_by(&rule, self.geometry.column(), first_row));
            first_row += batch.num_rows();
            Ok((batch, points.map_err(|error| error.in_file(self.table.path()))?))
        })
    }
}
