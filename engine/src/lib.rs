//! For each point, the best polygon among those that qualify: a batch engine over Arrow columns.
//!
//! Points and polygons come in as Arrow arrays, row numbers go out. A polygon *qualifies* for a
//! point when its centre is strictly closer than `max_dist`; the *best* one has the smallest area,
//! and among equal areas the lowest row number. There is one answer per point, never a table of
//! pairs: memory is four bytes per point, however many polygons qualify.
//!
//! The flow is one way: columns ([`Points`], [`Polygons`]) to shapes ([`measure`]), to an index
//! that is built once ([`Matcher::new`]) and asked many times ([`Matcher::match_column`]), to a
//! column. [`reference`](mod@reference) answers the same question by the definition alone; every
//! fast path is tested against it. [`mod@file`] reads polygons from files, and [`job`]
//! does the same from Parquet file to Parquet file.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::types::Float64Type;
//! use arrow_array::{Array, ArrayRef, FixedSizeListArray, ListArray, UInt32Array};
//! use poly_match_engine::{Invalid, Matcher, Polygons, Rule};
//!
//! // A square of area 4 and one of area 1, both around (0, 0), as two list columns.
//! let list = |rings: [[f64; 4]; 2]| {
//!     ListArray::from_iter_primitive::<Float64Type, _, _>(
//!         rings.map(|ring| Some(ring.map(Some))),
//!     )
//! };
//! let x = list([[-1.0, 1.0, 1.0, -1.0], [-0.5, 0.5, 0.5, -0.5]]);
//! let y = list([[-1.0, -1.0, 1.0, 1.0], [-0.5, -0.5, 0.5, 0.5]]);
//! let polygons = Polygons::from_xy(&x, &y, Invalid::Raise)?;
//! let matcher = Matcher::new(&polygons, Rule::within(5.0)?)?;
//!
//! // (3, 0) is near both and gets the smaller; (3, 4) is at distance 5: not strictly closer.
//! let points = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(
//!     [Some([Some(3.0), Some(0.0)]), Some([Some(3.0), Some(4.0)]), None],
//!     2,
//! );
//! let answer = matcher.match_column("point", &points)?;
//! assert_eq!(answer, UInt32Array::from(vec![Some(1), None, None]));
//! # Ok::<(), poly_match_engine::Error>(())
//! ```

mod answer;
mod batch;
mod binary;
mod candidates;
mod centers;
mod coordinates;
mod cover;
mod covering;
mod crs;
mod details;
mod edges;
mod error;
pub mod file;
pub mod fork;
mod indexed;
pub mod inside;
pub mod job;
pub mod kernels;
mod keys;
mod lists;
mod matcher;
pub mod measure;
mod metric;
mod nearest;
mod point_columns;
mod points;
mod polygons;
pub mod reference;
mod region;
mod regular;
mod rule;
mod sphere;
mod srid;
mod stop;
mod store;
mod threads;
mod tree;

pub use answer::Answer;
pub use batch::PARALLEL_ROWS;
pub use candidates::Candidates;
pub use cover::{CellsReached, IndexStats};
pub use crs::Crs;
pub use details::Details;
pub use edges::Edges;
pub use error::{Error, Result};
pub use keys::Keys;
pub use matcher::Matcher;
pub use metric::{EARTH_RADIUS, Metric};
pub use point_columns::{PointColumns, PointPlaces, check_order};
pub use points::Points;
pub use polygons::{Invalid, Part, Polygon, Polygons, Ring};
pub use rule::{Center, Predicate, Rule};
pub use srid::ColumnState;
pub use stop::Stop;
