use arrow_buffer::{BooleanBufferBuilder, NullBuffer};

/// Rows whose fault is told in words; of the others only the number is kept.
const TOLD: usize = 100;

/// How invalid polygons are handled.
///
/// A polygon is invalid that has a ring of fewer than 3 distinct vertices, a null, NaN or infinite
/// vertex, a null ring, different numbers of x and y, broken WKB or WKB of another type, or holes
/// that are larger together than the exterior of their part. A ring without area but of 3 distinct
/// vertices is a ring, and so is one that crosses itself. An empty ring as a hole is left out.
///
/// With [`Metric::Haversine`](crate::Metric) a polygon is invalid besides whose center is not a
/// place on the sphere, as its latitude is beyond a pole, or whose holes are larger there than the
/// exterior. As that depends on the rule, it is found when polygons are matched
/// ([`Matcher::new`](crate::Matcher::new)), and [`Polygons::invalid_rows`](crate::Polygons) does not
/// list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Invalid {
    /// An error that names the first such row.
    #[default]
    Raise,
    /// The row stays in its place and never matches, as a null row does.
    Skip,
}

/// Rows that hold no polygon, ascending, and what is wrong with them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Vec<Fault>);

#[derive(Debug, Clone)]
struct Fault {
    row: u32,
    /// There for the first [`TOLD`].
    reason: Option<String>,
}

impl Faults {
    /// To be called with ascending rows.
    pub(crate) fn push(&mut self, row: usize, reason: impl FnOnce() -> String) {
        let reason = (self.0.len() < TOLD).then(reason);
        self.0.push(Fault { row: row as u32, reason });
    }

    /// Adds those of rows that come behind.
    pub(super) fn append(&mut self, behind: Self) {
        for fault in behind.0 {
            let reason = fault.reason.filter(|_| self.0.len() < TOLD);
            self.0.push(Fault { reason, ..fault });
        }
    }

    /// Adds those of other rows.
    pub(super) fn merge(&mut self, others: Self) {
        self.0.extend(others.0);
        self.0.sort_by_key(|fault| fault.row);
        // The first of both together are among the first of each: all of them are told.
        self.0.iter_mut().skip(TOLD).for_each(|fault| fault.reason = None);
    }

    /// The validity of `len` rows, without these.
    pub(super) fn hide(&self, len: usize, nulls: Option<NullBuffer>) -> Option<NullBuffer> {
        if self.0.is_empty() {
            return nulls;
        }
        let mut valid = BooleanBufferBuilder::new(len);
        match nulls {
            Some(nulls) => valid.append_buffer(nulls.inner()),
            None => valid.append_n(len, true),
        }
        self.0.iter().for_each(|fault| valid.set_bit(fault.row as usize, false));
        Some(NullBuffer::new(valid.finish()))
    }

    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = u32> {
        self.0.iter().map(|fault| fault.row)
    }

    pub(super) fn told(&self) -> impl Iterator<Item = (u32, &str)> {
        self.0.iter().map_while(|fault| Some((fault.row, fault.reason.as_deref()?)))
    }
}
