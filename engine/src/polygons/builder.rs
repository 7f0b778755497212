use arrow_buffer::{BooleanBufferBuilder, NullBuffer, ScalarBuffer};

use super::{Nesting, Polygons};

/// Collects polygons ring by ring.
#[derive(Default)]
pub(crate) struct Builder {
    x: Vec<f64>,
    y: Vec<f64>,
    outline: Outline,
}

impl Builder {
    /// Starts a part of the row; its exterior is the ring that comes next.
    pub(crate) fn start_part(&mut self) {
        self.outline.start_part();
    }

    pub(crate) fn ring(&mut self, vertices: impl Iterator<Item = [f64; 2]>) {
        let before = self.x.len();
        for [x, y] in vertices {
            self.x.push(x);
            self.y.push(y);
        }
        self.outline.ring(self.x.len() - before);
    }

    pub(crate) fn finish_row(&mut self, valid: bool) {
        self.outline.finish_row(valid);
    }

    /// The polygons, whose rings are not looked at yet.
    pub(crate) fn finish(self) -> Polygons {
        self.outline.finish(self.x.into(), self.y.into())
    }
}

/// Which rings a row has, and how many vertices those have.
pub(crate) struct Outline {
    rings: Vec<usize>,
    parts: Vec<usize>,
    rows: Vec<usize>,
    valid: BooleanBufferBuilder,
}

impl Default for Outline {
    fn default() -> Self {
        let valid = BooleanBufferBuilder::new(0);
        Self { rings: vec![0], parts: vec![], rows: vec![0], valid }
    }
}

impl Outline {
    pub(crate) fn start_part(&mut self) {
        self.parts.push(self.rings.len() - 1);
    }

    pub(crate) fn ring(&mut self, vertices: usize) {
        self.rings.push(self.vertices() + vertices);
    }

    pub(super) fn finish_row(&mut self, valid: bool) {
        self.rows.push(self.parts.len());
        self.valid.append(valid);
    }

    /// Number of vertices.
    pub(super) fn vertices(&self) -> usize {
        self.rings.last().copied().unwrap_or(0)
    }

    /// Adds the rows of another one behind those that are there.
    pub(super) fn append(&mut self, behind: &Self) {
        let (vertices, rings, parts) = (self.vertices(), self.rings.len() - 1, self.parts.len());
        self.rings.extend(behind.rings.iter().skip(1).map(|ring| vertices + ring));
        self.parts.extend(behind.parts.iter().map(|part| rings + part));
        self.rows.extend(behind.rows.iter().skip(1).map(|row| parts + row));
        self.valid.append_packed_range(0..behind.valid.len(), behind.valid.as_slice());
    }

    /// The polygons with these vertices.
    pub(super) fn finish(mut self, x: ScalarBuffer<f64>, y: ScalarBuffer<f64>) -> Polygons {
        self.parts.push(self.rings.len() - 1);
        let nulls = NullBuffer::new(self.valid.finish());
        let nesting = Nesting::Nested { parts: self.parts, rows: self.rows };
        let nulls = (nulls.null_count() > 0).then_some(nulls);
        Polygons { x, y, rings: self.rings, nesting, nulls, ..Polygons::default() }
    }
}
