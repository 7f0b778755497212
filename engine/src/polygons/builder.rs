use arrow_buffer::{BooleanBufferBuilder, NullBuffer};

use super::{Nesting, Polygons};

/// Collects polygons ring by ring.
pub(crate) struct Builder {
    x: Vec<f64>,
    y: Vec<f64>,
    rings: Vec<usize>,
    parts: Vec<usize>,
    rows: Vec<usize>,
    valid: BooleanBufferBuilder,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            x: vec![],
            y: vec![],
            rings: vec![0],
            parts: vec![],
            rows: vec![0],
            valid: BooleanBufferBuilder::new(0),
        }
    }
}

impl Builder {
    /// Starts a part of the row; its exterior is the ring that comes next.
    pub(crate) fn start_part(&mut self) {
        self.parts.push(self.rings.len() - 1);
    }

    pub(crate) fn ring(&mut self, vertices: impl Iterator<Item = [f64; 2]> + Clone) {
        // Twice over the vertices: they are near, and each column is written in one go.
        self.x.extend(vertices.clone().map(|[x, _]| x));
        self.y.extend(vertices.map(|[_, y]| y));
        self.rings.push(self.x.len());
    }

    pub(crate) fn finish_row(&mut self, valid: bool) {
        self.rows.push(self.parts.len());
        self.valid.append(valid);
    }

    /// Adds the rows of another one behind those that are there.
    pub(super) fn append(&mut self, other: &Self) {
        let (rings, parts) = (self.rings.len() - 1, self.parts.len());
        let vertices = self.x.len();
        self.x.extend_from_slice(&other.x);
        self.y.extend_from_slice(&other.y);
        self.rings.extend(other.rings.iter().skip(1).map(|ring| vertices + ring));
        self.parts.extend(other.parts.iter().map(|part| rings + part));
        self.rows.extend(other.rows.iter().skip(1).map(|row| parts + row));
        let valid = other.valid.len();
        self.valid.append_packed_range(0..valid, other.valid.as_slice());
    }

    /// Makes room for so many vertices more.
    pub(super) fn reserve(&mut self, vertices: usize) {
        self.x.reserve_exact(vertices);
        self.y.reserve_exact(vertices);
    }

    /// Number of vertices.
    pub(super) fn vertices(&self) -> usize {
        self.x.len()
    }

    /// The polygons, whose rings are not looked at yet.
    pub(crate) fn finish(mut self) -> Polygons {
        self.parts.push(self.rings.len() - 1);
        let nulls = NullBuffer::new(self.valid.finish());
        Polygons {
            x: self.x.into(),
            y: self.y.into(),
            rings: self.rings,
            nesting: Nesting::Nested { parts: self.parts, rows: self.rows },
            nulls: (nulls.null_count() > 0).then_some(nulls),
            ..Polygons::default()
        }
    }
}
