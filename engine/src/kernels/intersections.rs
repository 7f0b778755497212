//! Where profiles cross: the points that two polylines have in common.
//!
//! A *profile* is a polyline through its traces; profiles belong to *surveys*. Which segments meet
//! is decided exactly, by robust orientation and without a tolerance, and so is which crossings are
//! at one place; the position of a crossing is rounded once, to the nearest floats.
//!
//! Of the points that two profiles have in common the answer holds, each place once however often
//! the profiles come by,
//!
//! - those in which a segment of one crosses a segment of the other, within both;
//! - those that are a vertex of one or of both: where profiles touch, end on each other, share a
//!   vertex. Where they run on each other for a stretch, these are its ends and the vertices
//!   within it, of whichever of the two.
//!
//! All segments are first cast into the cells of a grid, in the manner of the index over polygons;
//! those that follow each other in a profile together, by the box around them. Most cells see one
//! profile alone and are done; in the others few segments meet; a cell with many is cut again. [`reference`](mod@reference) holds all segments against all.
//!
//! ```
//! use arrow_array::{Float64Array, Int64Array};
//! use poly_match_engine::kernels::intersections::{Columns, Profiles};
//!
//! // Two profiles of one survey that cross in (1, 1).
//! let survey = Int64Array::from(vec![7; 4]);
//! let profile = Int64Array::from(vec![1, 1, 2, 2]);
//! let index = Int64Array::from(vec![0, 1, 0, 1]);
//! let x = Float64Array::from(vec![0.0, 2.0, 0.0, 2.0]);
//! let y = Float64Array::from(vec![0.0, 2.0, 2.0, 0.0]);
//! let columns =
//!     Columns { survey: &survey, profile: &profile, index: &index, x: &x, y: &y };
//! let profiles = Profiles::try_new(columns)?;
//! let crossings = profiles.crossings(true);
//! assert_eq!((crossings[0].rows, crossings[0].point), ([[0, 1], [2, 3]], [1.0, 1.0]));
//! // Only profiles of different surveys are asked for here.
//! assert!(profiles.crossings(false).is_empty());
//! # Ok::<(), poly_match_engine::Error>(())
//! ```

mod cells;
mod contact;
mod exact;
mod place;
mod profiles;
pub mod reference;
mod segment;

pub use self::contact::Crossing;
pub use self::profiles::{Columns, Profiles};
