//! The Polars expression and the Python functions of poly-match.
//!
//! Each function converts in, lets go of the interpreter, asks the engine and converts out. No
//! geometry is computed here.

mod cache;
mod convert;
mod error;
mod expression;
mod job;

use pyo3::prelude::*;

// Buffers pass between Polars and this library, so both must free with the same allocator.
#[global_allocator]
static ALLOCATOR: pyo3_polars::PolarsAllocator = pyo3_polars::PolarsAllocator::new();

#[pymodule]
mod _plugin {
    #[pymodule_export]
    use crate::cache::{cache_clear, cache_info};
    #[pymodule_export]
    use crate::expression::{is_points, is_wkb_polygons, is_xy_polygons};
    #[pymodule_export]
    use crate::job::match_parquet;
}
