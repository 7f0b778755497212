//! The extension module: one file per version, each a few lines of conversion.

mod dtw_rs_scratch;
mod kmeans_rs_linfa;
mod kmeans_rs_scratch;
mod polygon;
mod shade;
mod stratif1_rs_scratch;
mod stratif2_rs_scratch;
mod v2;
mod v3;
mod v4;
mod v5;

use pyo3::PyErr;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::pymodule;

use crate::Error;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

/// The Rust versions of the kernels.
#[pymodule]
mod poly_match_ladder {
    use pyo3::prelude::pymodule;

    #[pymodule_export]
    use super::polygon::Polygon;

    #[pymodule_export]
    use super::dtw_rs_scratch::dtw_rs_scratch;
    #[pymodule_export]
    use super::kmeans_rs_linfa::kmeans_rs_linfa;
    #[pymodule_export]
    use super::kmeans_rs_scratch::kmeans_rs_scratch;
    #[pymodule_export]
    use super::stratif1_rs_scratch::stratif1_rs_scratch;
    #[pymodule_export]
    use super::stratif2_rs_scratch::stratif2_rs_scratch;

    /// The classes of the shaded sphere.
    #[pymodule]
    mod shade {
        #[pymodule_export]
        use crate::bindings::shade::{Line, Sphere, Vec};
    }

    /// `find_close_polygons`, translated line by line, on Python objects.
    #[pymodule]
    mod v2 {
        #[pymodule_export]
        use crate::bindings::v2::find_close_polygons;
    }

    /// `Polygon` is a Rust class; its center is still copied for every test.
    #[pymodule]
    mod v3 {
        #[pymodule_export]
        use crate::bindings::v3::find_close_polygons;
    }

    /// Nothing is allocated in the loop, and squares are compared.
    #[pymodule]
    mod v4 {
        #[pymodule_export]
        use crate::bindings::v4::find_close_polygons;
    }

    /// The loop over the points is in Rust too.
    #[pymodule]
    mod v5 {
        #[pymodule_export]
        use crate::bindings::v5::find_all_close_polygons;
    }
}
