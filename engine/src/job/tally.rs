//! What is told of all points together, where asked: how many each polygon won, and a picture.

use arrow_array::{Array, UInt32Array};

use crate::points::Points;
use crate::polygons::Polygons;

/// The share of the longer side that a picture shows around the polygons.
const MARGIN: f64 = 0.02;

/// How a picture is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureOptions {
    /// Cells of its longer side.
    pub side: usize,
    /// Red, green and blue of the points that a polygon won: the first for row 0, and so on, and
    /// again from the first.
    pub colors: Vec<[u8; 3]>,
    /// Those of points that none won.
    pub none: [u8; 3],
}

/// All points on a grid, each in the colour of its polygon.
///
/// A cell holds sums, so that its size does not depend on the number of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    options: PictureOptions,
    /// The window, as x and y of its lower and of its upper corner. Points outside are left out.
    pub bounds: [f64; 4],
    /// Cells of a row.
    pub width: usize,
    /// Rows of cells.
    pub height: usize,
    /// The sums of red, green and blue, and the number of points, of each cell; row by row, the
    /// lowest y first.
    pub cells: Vec<[u64; 4]>,
}

impl Picture {
    /// An empty one of a window around the polygons; `None` where there are none.
    pub(super) fn around(polygons: &Polygons, options: &PictureOptions) -> Option<Self> {
        let [x0, y0, x1, y1] = polygons.bounds()?;
        let longer = (x1 - x0).max(y1 - y0);
        let margin = longer * MARGIN;
        let cells =
            |side: f64| options.side as f64 * (side + 2.0 * margin) / (longer + 2.0 * margin);
        let (width, height) = (cells(x1 - x0) as usize, cells(y1 - y0) as usize);
        let (width, height) = (width.max(1), height.max(1));
        Some(Self {
            options: options.clone(),
            bounds: [x0 - margin, y0 - margin, x1 + margin, y1 + margin],
            width,
            height,
            cells: vec![[0; 4]; width * height],
        })
    }

    fn add(&mut self, [x, y]: [f64; 2], row: Option<u32>) {
        let [x0, y0, x1, y1] = self.bounds;
        // A point on the upper border belongs to the last cell; NaN is in none.
        if !(x0..=x1).contains(&x) || !(y0..=y1).contains(&y) {
            return;
        }
        let place = |at: f64, cells: usize| ((at * cells as f64) as usize).min(cells - 1);
        let column = place((x - x0) / (x1 - x0), self.width);
        let line = place((y - y0) / (y1 - y0), self.height);
        let colors = &self.options.colors;
        let color = match row {
            Some(row) if !colors.is_empty() => colors[row as usize % colors.len()],
            _ => self.options.none,
        };
        let cell = &mut self.cells[line * self.width + column];
        for (sum, part) in cell.iter_mut().zip(color.map(u64::from).into_iter().chain([1])) {
            *sum += part;
        }
    }
}

/// What is told of the points of a file, or of all.
#[derive(Debug, Clone, Default)]
pub(super) struct Tallies {
    /// Points that each polygon won.
    pub(super) counts: Option<Vec<u64>>,
    pub(super) picture: Option<Picture>,
}

impl Tallies {
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_none() && self.picture.is_none()
    }

    /// Adds points with the rows that they were given.
    pub(super) fn add(&mut self, points: &Points, rows: &UInt32Array) {
        if let Some(counts) = &mut self.counts {
            for row in rows.iter().flatten() {
                counts[row as usize] += 1;
            }
        }
        if let Some(picture) = &mut self.picture {
            for at in 0..rows.len() {
                if let Some(point) = points.get(at) {
                    picture.add(point, rows.is_valid(at).then(|| rows.value(at)));
                }
            }
        }
    }

    /// Adds what is told of others.
    pub(super) fn merge(&mut self, other: &Self) {
        if let (Some(all), Some(some)) = (&mut self.counts, &other.counts) {
            all.iter_mut().zip(some).for_each(|(all, some)| *all += some);
        }
        if let (Some(all), Some(some)) = (&mut self.picture, &other.picture) {
            for (all, some) in all.cells.iter_mut().zip(&some.cells) {
                all.iter_mut().zip(some).for_each(|(all, some)| *all += some);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const RED: [u64; 4] = [255, 0, 0, 1];
    const GREY: [u64; 4] = [9, 9, 9, 1];

    fn picture() -> Picture {
        let colors = vec![[255, 0, 0], [0, 255, 0]];
        Picture {
            options: PictureOptions { side: 4, colors, none: [9, 9, 9] },
            bounds: [0.0, 0.0, 4.0, 2.0],
            width: 4,
            height: 2,
            cells: vec![[0; 4]; 8],
        }
    }

    #[test]
    fn bins_points_by_their_colour() {
        let points = [
            ([0.0, 0.0], Some(0), 0, RED),
            ([1.0, 0.5], None, 1, GREY),
            // The upper border is in; colours repeat.
            ([4.0, 2.0], Some(3), 7, [0, 255, 0, 1]),
            ([3.99, 1.0], Some(2), 7, RED),
        ];
        let mut all = Tallies { counts: Some(vec![0; 4]), picture: Some(picture()) };
        for (point, row, cell, sums) in points {
            let mut one = Tallies { counts: Some(vec![0; 4]), picture: Some(picture()) };
            one.add(&[Some(point)].into_iter().collect(), &UInt32Array::from(vec![row]));
            let mut expected = picture();
            expected.cells[cell] = sums;
            assert_eq!(one.picture.as_ref(), Some(&expected));
            all.merge(&one);
        }
        assert_eq!(all.counts, Some(vec![1, 0, 1, 1]));
        assert_eq!(all.picture.unwrap().cells[7], [255, 255, 0, 2]);
    }

    #[test]
    fn leaves_out_what_is_not_in_the_window() {
        let mut tallies = Tallies { counts: None, picture: Some(picture()) };
        let outside = [[-0.1, 0.0], [4.1, 0.0], [0.0, 2.1], [f64::NAN, 0.0], [0.0, f64::INFINITY]];
        let points: Points = outside.into_iter().map(Some).chain([None]).collect();
        tallies.add(&points, &UInt32Array::from(vec![Some(0); 6]));
        assert_eq!(tallies.picture, Some(picture()));
        assert_eq!(Picture::around(&Polygons::default(), &picture().options), None);
    }
}
