//! The Polars expression and the Python functions of poly-match.
//!
//! Each function converts in, lets go of the interpreter, asks the engine and converts out. No
//! geometry is computed here.

#[allow(unsafe_code)]
mod abi;
mod arrow;
mod cache;
mod convert;
mod error;
mod expression;
mod file;
mod job;
mod kernels;
mod matcher;
mod options;
mod polygons;
mod signals;
mod views;

use pyo3::prelude::*;

// Buffers pass between Polars and this library, so both must free with the same allocator.
#[global_allocator]
static ALLOCATOR: pyo3_polars::PolarsAllocator = pyo3_polars::PolarsAllocator::new();

#[pymodule]
mod _plugin {
    #[pymodule_export]
    use crate::arrow::{ArrowArray, ArrowStream, ArrowTable};
    #[pymodule_export]
    use crate::cache::{Kept, cache_clear, cache_info};
    #[pymodule_export]
    use crate::expression::prepare;
    #[pymodule_export]
    use crate::file::{describe, read_polygons};
    #[pymodule_export]
    use crate::job::{check_settings, match_parquet, write_whole};
    #[pymodule_export]
    use crate::kernels::dtw::dtw_series;
    #[pymodule_export]
    use crate::kernels::intersections::intersections;
    #[pymodule_export]
    use crate::kernels::kmeans::{check_kmeans, fit_kmeans, predict_series};
    #[pymodule_export]
    use crate::kernels::shade::{check_scene, shade_series};
    #[pymodule_export]
    use crate::kernels::stratify::{check_fold, check_split};
    #[pymodule_export]
    use crate::matcher::{PyMatcher, check_order};
    #[pymodule_export]
    use crate::options::check_options;
    #[pymodule_export]
    use crate::polygons::{ParsedPolygons, Ranking, check_crs, check_crs_text};
    #[pymodule_export]
    use crate::views::without_views;

    /// Panics are turned into errors by whoever can say more about them; their own lines on
    /// standard error would come on top.
    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        crate::signals::see_main(module.py())?;
        if std::env::var_os("RUST_BACKTRACE").is_none() {
            std::panic::set_hook(Box::new(|_| {}));
        }
        Ok(())
    }
}
