use ndarray::{Array1, ArrayView1};

use crate::Error;

/// A polygon: one ring of vertices and the mean of them, computed once.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    x: Array1<f64>,
    y: Array1<f64>,
    center: [f64; 2],
}

impl Shape {
    /// A polygon from its vertices, in order; the last one is joined to the first.
    ///
    /// # Errors
    ///
    /// [`Error::Lengths`] if `x` and `y` differ in length, [`Error::Empty`] if they have none.
    pub fn new(x: Array1<f64>, y: Array1<f64>) -> Result<Self, Error> {
        if x.len() != y.len() {
            return Err(Error::Lengths { x: x.len(), y: y.len() });
        }
        let center = [x.mean().ok_or(Error::Empty)?, y.mean().ok_or(Error::Empty)?];
        Ok(Self { x, y, center })
    }

    /// The x of every vertex.
    pub fn x(&self) -> ArrayView1<'_, f64> {
        self.x.view()
    }

    /// The y of every vertex.
    pub fn y(&self) -> ArrayView1<'_, f64> {
        self.y.view()
    }

    /// The mean of the vertices, x then y.
    pub fn center(&self) -> &[f64; 2] {
        &self.center
    }

    /// The area: half the absolute shoelace sum.
    pub fn area(&self) -> f64 {
        let twice: f64 = (self.x.iter().zip(&self.y))
            .zip(shifted(&self.x).zip(shifted(&self.y)))
            .map(|((x, y), (x_before, y_before))| x * y_before - y * x_before)
            .sum();
        0.5 * twice.abs()
    }
}

/// The value before each one, cyclically: the last, the first, the second ...
fn shifted(column: &Array1<f64>) -> impl Iterator<Item = &f64> {
    column.last().into_iter().chain(column)
}
