//! The light on a sphere, pixel by pixel.
//!
//! Each pixel is a point of a screen that lies in the plane `z = 0`; from there a line goes along
//! `+z`. Where it meets a sphere, the nearer of the two points is as bright as the cosine between
//! the normal there and the direction to a light. [`reference`](mod@reference) is that with points
//! as values, one pixel at a time; the levels are the same to the last bit, as both calculate in the
//! same order in 64-bit floats, without fused operations.
//!
//! ```
//! use arrow_array::{Float64Array, UInt8Array};
//! use poly_match_engine::kernels::shade::Shade;
//!
//! // The middle of the sphere, its edge, the shade, beside it, and no pixel.
//! let x = Float64Array::from(vec![Some(400.0), Some(550.0), Some(210.0), Some(0.0), None]);
//! let y = Float64Array::from(vec![300.0, 200.0, 350.0, 0.0, 0.0]);
//! let levels = Shade::default().levels(["x", "y"], &x, &y)?;
//! assert_eq!(levels.iter().filter(Option::is_none).count(), 1);
//! assert_eq!(levels.value(3), 100);
//! # Ok::<(), poly_match_engine::Error>(())
//! ```

mod axis;
pub mod reference;

use arrow_array::{Array, UInt8Array};
use arrow_buffer::NullBuffer;
use rayon::prelude::*;

use self::axis::Axis;
use crate::batch::PARALLEL_ROWS;
use crate::coordinates::to_f64_or_nan;
use crate::error::{Error, Result};
use crate::kernels::widest::widest;
use crate::threads;

/// The level of a pixel whose line misses the sphere.
pub const MISSED: u8 = 100;

/// The least level on the sphere: of what the light does not reach.
pub const SHADED: u8 = 30;

/// The level of what faces the light.
pub const BRIGHTEST: f64 = 255.0;

/// Pixels that are calculated at once.
const LANES: usize = 32;

/// Pixels of one task.
const PIECE: usize = 1 << 14;

/// Sphere, light and screen. All in the same unit, but for `size`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shade {
    /// Centre and radius. The sphere may lie across the screen or behind it: it is seen from
    /// infinitely far.
    pub sphere: [f64; 4],
    /// Where the light is. Nothing is in its way.
    pub light: [f64; 3],
    /// Width and height of the screen, from (0, 0, 0) on.
    pub screen: [f64; 2],
    /// Width and height in pixels: pixel `(x, y)` is at `x * (width of screen / width)`.
    pub size: [f64; 2],
}

impl Default for Shade {
    fn default() -> Self {
        Self {
            sphere: [4.0, 3.0, 10.0, 2.0],
            light: [8.0, 0.0, 7.0],
            screen: [8.0, 6.0],
            size: [800.0, 600.0],
        }
    }
}

impl Shade {
    /// Whether the scene makes sense.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for a number that is not finite, or a radius or size that is not more
    /// than 0.
    pub fn check(&self) -> Result<()> {
        let [_, _, _, radius] = self.sphere;
        let fail = |parameter, message: String| Err(Error::Parameter { parameter, message });
        let given: [(&str, &[f64], &[f64]); 4] = [
            ("sphere", &self.sphere, &[radius]),
            ("light", &self.light, &[]),
            ("screen", &self.screen, &self.screen),
            ("size", &self.size, &self.size),
        ];
        for (parameter, values, sizes) in given {
            if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                return fail(parameter, format!("expected finite numbers, got {value:?}"));
            }
            if let Some(size) = sizes.iter().find(|size| **size <= 0.0) {
                let what = if parameter == "sphere" { "a radius" } else { "sizes" };
                return fail(parameter, format!("expected {what} of more than 0, got {size:?}"));
            }
        }
        Ok(())
    }

    /// The level of each pixel, [`SHADED`] to 255 on the sphere and [`MISSED`] beside it.
    ///
    /// On the sphere that is the cosine times 255 with its fraction cut off, or [`SHADED`] if that is
    /// more, also for a point in which the light itself lies. A line that touches the sphere in one
    /// point meets it. Pixels may lie between others or off the screen. Null where a coordinate is
    /// null, NaN or infinite. `columns` are the names of `x` and `y` for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] as [`Shade::check`], and for columns of different lengths;
    /// [`Error::Dtype`] for one that holds no numbers.
    pub fn levels(&self, columns: [&str; 2], x: &dyn Array, y: &dyn Array) -> Result<UInt8Array> {
        self.check()?;
        if x.len() != y.len() {
            let message = format!("expected {} rows, as many as x has, got {}", x.len(), y.len());
            return Err(Error::Parameter { parameter: "y", message });
        }
        let [x_name, y_name] = columns;
        let pixels = [Axis::try_new(x_name, x)?, Axis::try_new(y_name, y)?];
        let mut levels = vec![0; x.len()];
        let piece = |(at, levels): (usize, &mut [u8])| self.fill(&pixels, at * PIECE, levels);
        let all_known = if x.len() >= PARALLEL_ROWS {
            threads::install(|| {
                let pieces = levels.par_chunks_mut(PIECE).enumerate();
                pieces.map(piece).reduce(|| true, |a, b| a & b)
            })
        } else {
            piece((0, &mut levels))
        };
        let nulls = (!all_known).then(|| -> Result<NullBuffer> {
            let (x, y) = (to_f64_or_nan(x)?, to_f64_or_nan(y)?);
            Ok(x.iter().zip(&*y).map(|(x, y)| x.is_finite() && y.is_finite()).collect())
        });
        Ok(UInt8Array::new(levels.into(), nulls.transpose()?))
    }

    /// Levels of the pixels from `first` on, any for one that is not finite. Tells whether all are.
    fn fill(&self, pixels: &[Axis; 2], first: usize, levels: &mut [u8]) -> bool {
        let (blocks, rest) = levels.as_chunks_mut::<LANES>();
        let behind = first + blocks.len() * LANES;
        widest(
            #[inline(always)]
            || {
                let mut all_known = true;
                for (at, levels) in blocks.iter_mut().enumerate() {
                    all_known &= self.fill_block(pixels, first + at * LANES, levels);
                }
                all_known & self.fill_block(pixels, behind, rest)
            },
        )
    }

    /// The same of at most a block.
    #[inline(always)]
    fn fill_block(&self, pixels: &[Axis; 2], first: usize, levels: &mut [u8]) -> bool {
        let mut block = [[0.0; LANES]; 2];
        for (axis, places) in pixels.iter().zip(&mut block) {
            axis.read(first, &mut places[..levels.len()]);
        }
        let [x, y] = &block;
        levels.copy_from_slice(&self.block(x, y)[..levels.len()]);
        let is_known = |all: bool, coordinate: &f64| all & coordinate.is_finite();
        let floating = pixels.iter().any(Axis::is_floating);
        !floating || block.as_flattened().iter().fold(true, is_known)
    }

    /// The pixels of a block, each step for all of them: the same steps as in the reference, less
    /// what a line along `+z` makes of them.
    #[inline(always)]
    fn block(&self, x: &[f64; LANES], y: &[f64; LANES]) -> [u8; LANES] {
        let [center_x, center_y, center_z, radius] = self.sphere;
        let [light_x, light_y, light_z] = self.light;
        let scale_x = self.screen[0] / self.size[0];
        let scale_y = self.screen[1] / self.size[1];
        let (along, along_2, radius_2) = (-center_z, center_z * center_z, radius * radius);
        let mut discriminants = [0.0; LANES];
        for lane in 0..LANES {
            let (dx, dy) = (x[lane] * scale_x - center_x, y[lane] * scale_y - center_y);
            discriminants[lane] = along_2 - (dx * dx + dy * dy + along_2 - radius_2);
        }
        if !discriminants.iter().any(|discriminant| *discriminant >= 0.0) {
            return [MISSED; LANES];
        }
        let mut levels = [0; LANES];
        for lane in 0..LANES {
            let (x, y) = (x[lane] * scale_x, y[lane] * scale_y);
            let z = -along - discriminants[lane].sqrt();
            let normal = [x - center_x, y - center_y, z - center_z];
            let light = [light_x - x, light_y - y, light_z - z];
            let level = cosine(normal, light) * BRIGHTEST;
            // False for a NaN. A cosine is at most a little more than 1.
            let lit = if level > f64::from(SHADED) { level } else { f64::from(SHADED) };
            let level = if discriminants[lane] >= 0.0 { lit } else { f64::from(MISSED) };
            levels[lane] = whole(level) as u8;
        }
        levels
    }
}

/// The whole part of a number from 0 to 2^52, in the lowest bits. `as` would go number by number.
#[inline(always)]
fn whole(number: f64) -> u64 {
    const ONES: f64 = (1_u64 << 52) as f64;
    (number.floor() + ONES).to_bits()
}

#[inline(always)]
fn cosine(a: [f64; 3], b: [f64; 3]) -> f64 {
    dot(a, b) / (dot(a, a).sqrt() * dot(b, b).sqrt())
}

#[inline(always)]
fn dot([ax, ay, az]: [f64; 3], [bx, by, bz]: [f64; 3]) -> f64 {
    ax * bx + ay * by + az * bz
}
