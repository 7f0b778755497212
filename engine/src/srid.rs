use crate::crs::Crs;
use crate::error::{Error, Result};

/// A column of points as far as it has been read, where it comes in chunks: how many rows, and the
/// reference systems that they name.
///
/// Each chunk is read with the state that the one before has left, so that rows count from the
/// first chunk on, and chunks that name different systems are an error.
#[derive(Debug, Clone, Default)]
pub struct ColumnState {
    pub(crate) rows: usize,
    pub(crate) srids: Srids,
    /// That of the polygons, in place of the one that a matcher has.
    pub(crate) polygons: Option<Crs>,
}

impl ColumnState {
    /// The state before the first chunk of points that are compared with polygons in this system,
    /// for matchers that do not have it.
    pub fn with_polygons_in(crs: Option<Crs>) -> Self {
        Self { polygons: crs, ..Self::default() }
    }
}

/// The SRIDs in the rows of a column of EWKB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Srids {
    /// The first row that has one, and the SRID.
    first: Option<(usize, u32)>,
    /// The first row that has one of another system.
    other: Option<(usize, u32)>,
}

impl Srids {
    /// Adds that of a row; rows come in ascending order.
    #[inline]
    pub(crate) fn add(&mut self, row: usize, srid: u32) {
        match self.first {
            Some((_, first)) if first == srid => {}
            _ => self.add_new(row, srid),
        }
    }

    #[cold]
    fn add_new(&mut self, row: usize, srid: u32) {
        if !is_set(srid) {
            return;
        }
        match self.first {
            None => self.first = Some((row, srid)),
            Some((_, first)) if self.other.is_none() && !is_same(first, srid) => {
                self.other = Some((row, srid));
            }
            Some(_) => {}
        }
    }

    /// The same, counted from another row.
    pub(crate) fn shifted_by(self, row: usize) -> Self {
        let moved = |(at, srid)| (row + at, srid);
        Self { first: self.first.map(moved), other: self.other.map(moved) }
    }

    /// Adds those of other rows of the column, which may be before or behind these.
    pub(crate) fn merge(&mut self, others: Self) {
        let all = [self.first, self.other, others.first, others.other];
        let all = all.into_iter().flatten();
        self.first = all.clone().min();
        self.other =
            self.first.and_then(|(_, first)| all.filter(|(_, srid)| !is_same(first, *srid)).min());
    }

    /// The system that they name, if they do.
    ///
    /// # Errors
    ///
    /// [`Error::MixedCrs`] with the first rows that name different ones.
    pub(crate) fn crs(&self, column: &str) -> Result<Option<Crs>> {
        let named = |(row, srid): (usize, u32)| format!("row {row} has SRID {srid}");
        match (self.first, self.other) {
            (Some(first), Some(other)) => Err(Error::MixedCrs {
                column: column.to_owned(),
                first: named(first),
                other: named(other),
            }),
            _ => Ok(self.first_crs()),
        }
    }

    /// The system that the first row with a SRID names.
    pub(crate) fn first_crs(&self) -> Option<Crs> {
        self.first.and_then(|(_, srid)| Crs::from_srid(srid))
    }

    /// The system of a column whose metadata name one, or not.
    ///
    /// # Errors
    ///
    /// [`Error::MixedCrs`] as [`Srids::crs`], and where rows name another one than the metadata.
    pub(crate) fn of_column(&self, column: &str, metadata: Option<&Crs>) -> Result<Option<Crs>> {
        let named = self.crs(column)?;
        match (metadata, named, self.first) {
            (Some(metadata), Some(named), Some((row, srid))) if *metadata != named => {
                Err(Error::MixedCrs {
                    column: column.to_owned(),
                    first: format!("its metadata name {metadata}"),
                    other: format!("row {row} has SRID {srid}"),
                })
            }
            (metadata, named, _) => Ok(metadata.cloned().or(named)),
        }
    }
}

/// Whether a SRID names a system: 0 does not, nor did -1 in older databases.
fn is_set(srid: u32) -> bool {
    srid != 0 && srid != u32::MAX
}

/// Whether two SRIDs name the same system.
fn is_same(a: u32, b: u32) -> bool {
    a == b || Crs::from_srid(a).is_some_and(|a| Crs::from_srid(b).is_some_and(|b| a == b))
}
