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
    /// Where the columns of the geometry are in the table.
    places: Vec<usize>,
}

impl PointReader {
    pub(super) fn open(path: &Path, columns: &PointColumns) -> Result<Self> {
        let table = Table::open(path)?;
        let geometry = Geometry::points(&table, columns)?;
        let fields = geometry.fields();
        let places = fields.iter().map(|field| Ok(table.column(field.name())?.0));
        let places = places.collect::<Result<_>>()?;
        Ok(Self { table, geometry, places })
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
        let mut first_row = 0;
        self.table.group_rows().enumerate().flat_map(move |(group, rows)| {
            first_row += rows;
            self.read(group, first_row - rows, rule, None)
        })
    }

    /// The points of a row group whose first row is this one, batch by batch; no other column is
    /// read.
    pub(super) fn points_of(
        &self,
        group: usize,
        first_row: usize,
        rule: Rule,
    ) -> impl Iterator<Item = Result<Points>> {
        let batches = self.read(group, first_row, rule, Some(&self.places));
        batches.map(|read| read.map(|(_, points)| points))
    }

    fn read(
        &self,
        group: usize,
        mut first_row: usize,
        rule: Rule,
        columns: Option<&[usize]>,
    ) -> impl Iterator<Item = Result<(RecordBatch, Points)>> + use<'_> {
        let (batches, failed) = match self.table.batches_in(group, columns) {
            Ok(batches) => (Some(batches), None),
            Err(error) => (None, Some(Err(error))),
        };
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
