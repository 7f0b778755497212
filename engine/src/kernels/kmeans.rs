//! k-means: `k` centroids such that points lie close to the nearest of them.
//!
//! Lloyd's algorithm, by the definition: each point goes to the nearest centroid, each centroid to
//! the mean of its points, until the centroids together move less than `tol`. What is fast about it
//! is that points are sorted into boxes once, and that boxes rather than points are asked which
//! centroid is nearest: where there is one for the whole box, the sum of its points is known. The
//! labels are the same as by the definition; sums of coordinates may be rounded otherwise, as they
//! are added up in another order. [`reference`](mod@reference) is the definition.
//!
//! ```
//! use arrow_array::types::Float64Type;
//! use arrow_array::{FixedSizeListArray, UInt32Array};
//! use poly_match_engine::kernels::kmeans::{Centroids, Init, KMeans};
//!
//! let points = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(
//!     [[0.0, 0.0], [9.0, 9.0], [0.0, 2.0], [9.0, 7.0]].map(|point| Some(point.map(Some))),
//!     2,
//! );
//! let start = Centroids::new(vec![0.0, 0.0, 9.0, 9.0], 2)?;
//! let fit = KMeans { init: Init::Centroids(start), ..KMeans::new(2) }.fit("point", &points)?;
//! assert_eq!(fit.labels, UInt32Array::from(vec![0, 1, 0, 1]));
//! assert_eq!(fit.centroids.values(), [0.0, 1.0, 9.0, 8.0]);
//! assert_eq!((fit.inertia, fit.iterations), (4.0, 2));
//! # Ok::<(), poly_match_engine::Error>(())
//! ```

mod assign;
mod block;
mod lloyd;
pub mod reference;
mod start;
mod tree;
mod vectors;

use arrow_array::{Array, UInt32Array};

pub use self::vectors::MAX_DIMS;

use self::tree::Tree;
use self::vectors::Vectors;
use crate::error::{Error, Result};
use crate::kernels::random::Random;
use crate::stop::Current;
use crate::threads;

/// What to fit, and when to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeans {
    /// Number of clusters; at least 1, at most the number of points.
    pub k: usize,
    /// Where the centroids start.
    pub init: Init,
    /// Most times that the centroids are moved; at least 1.
    pub max_iter: usize,
    /// The centroids have come to rest when they together move less than this: the root of the sum
    /// of the squares of the distances that they move, strictly less. In the unit of the
    /// coordinates; not negative. With 0 they move until none moves at all.
    pub tol: f64,
    /// How often to start anew; the fit with the least inertia is kept, of equal ones the first.
    pub n_init: usize,
    /// What is drawn follows from this.
    pub seed: u64,
    /// Number the clusters in the order in which they first appear in the column.
    pub by_appearance: bool,
}

/// Where the centroids start.
#[derive(Debug, Clone, PartialEq)]
pub enum Init {
    /// Points drawn one after the other, far ones likelier (Arthur and Vassilvitskii, 2007): each the
    /// best of `2 + ln k` candidates.
    PlusPlus,
    /// Different points, each set of them equally likely.
    Random,
    /// These.
    Centroids(Centroids),
}

/// A table of centroids, one a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Centroids {
    values: Vec<f64>,
    dims: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansFit {
    /// The centroids, in the order of the labels.
    pub centroids: Centroids,
    /// For each row the nearest centroid, of equally near ones the first. Null where the point is.
    pub labels: UInt32Array,
    /// Sum of the squared distances of the points from their centroids.
    pub inertia: f64,
    /// How often the centroids were moved.
    pub iterations: usize,
}

impl KMeans {
    /// The defaults: k-means++, at most 300 iterations, a tolerance of 1e-6, one start, seed 0.
    pub fn new(k: usize) -> Self {
        Self {
            k,
            init: Init::PlusPlus,
            max_iter: 300,
            tol: 1e-6,
            n_init: 1,
            seed: 0,
            by_appearance: false,
        }
    }

    /// Whether the options make sense together, whatever the points.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] with the name of the first that does not.
    pub fn check(&self) -> Result<()> {
        let fail = |parameter, message: String| Err(Error::Parameter { parameter, message });
        if self.k < 1 {
            return fail("k", "expected at least 1 cluster, got 0".to_owned());
        }
        if u32::try_from(self.k).is_err() {
            return fail("k", format!("expected at most {} clusters, got {}", u32::MAX, self.k));
        }
        if self.max_iter < 1 {
            return fail("max_iter", "expected at least 1 iteration, got 0".to_owned());
        }
        if self.tol.is_nan() || self.tol < 0.0 {
            return fail("tol", format!("expected a distance, got {}", self.tol));
        }
        if self.n_init < 1 {
            return fail("n_init", "expected at least 1 start, got 0".to_owned());
        }
        if let Init::Centroids(centroids) = &self.init {
            if centroids.len() != self.k {
                let message = format!("expected {} centroids, got {}", self.k, centroids.len());
                return fail("init", message);
            }
            if self.n_init > 1 {
                let message = format!("{} starts from the same centroids are one", self.n_init);
                return fail("n_init", message);
            }
        }
        Ok(())
    }

    /// Fits a column of points; `column` is its name for errors.
    ///
    /// Points are a struct or fixed-size list of 1 to [`MAX_DIMS`] numbers, a list of as many
    /// numbers in each row, or numbers alone. Rows with a null, a NaN or an infinity get a null
    /// label and do not count. An empty cluster is set to the point farthest from its centroid, of
    /// equally far ones the first, that is not alone in its cluster; if all points lie on their
    /// centroids it stays where it is.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] as [`KMeans::check`]; for fewer points than clusters; for centroids of
    /// another dimension; for coordinates whose squares do not fit an `f64`. [`Error::Dtype`] for a
    /// column that holds no points; [`Error::Value`] for a list of another length than the first.
    pub fn fit(&self, column: &str, points: &dyn Array) -> Result<KMeansFit> {
        self.check()?;
        let vectors = threads::install(|| Vectors::try_new(column, points))?;
        if vectors.len() < self.k {
            let message =
                format!("expected at most {}, the number of points, got {}", vectors.len(), self.k);
            return Err(Error::Parameter { parameter: "k", message });
        }
        let stop = &Current::get();
        threads::install(|| self.fit_vectors(&vectors, stop))
    }

    /// As [`KMeans::fit`], but for the labels alone: all null where there is no point at all.
    ///
    /// # Errors
    ///
    /// Those of [`KMeans::fit`].
    pub fn labels(&self, column: &str, points: &dyn Array) -> Result<UInt32Array> {
        self.check()?;
        let vectors = threads::install(|| Vectors::try_new(column, points))?;
        if vectors.len() == 0 {
            return Ok(UInt32Array::new_null(points.len()));
        }
        Ok(self.fit(column, points)?.labels)
    }

    fn fit_vectors(&self, vectors: &Vectors, stop: &Current) -> Result<KMeansFit> {
        let columns = vectors.columns();
        let tree = Tree::new(&columns, stop)?;
        let mut best: Option<lloyd::Lloyd> = None;
        for run in 0..self.n_init {
            let mut random = Random::stream(self.seed, run as u64);
            let start = match &self.init {
                Init::PlusPlus => start::plus_plus(&columns, &tree, self.k, &mut random, stop)?,
                Init::Random => start::random(&columns, self.k, &mut random),
                Init::Centroids(centroids) => {
                    centroids.check_dims(vectors.dims())?;
                    centroids.values.clone()
                }
            };
            let run = lloyd::run(&tree, start, self.max_iter, self.tol, stop)?;
            if best.as_ref().is_none_or(|best| run.inertia < best.inertia) {
                best = Some(run);
            }
        }
        let Some(mut best) = best.filter(|best| best.inertia.is_finite()) else {
            let message = "squared distances do not fit a 64-bit float".to_owned();
            return Err(Error::Parameter { parameter: "points", message });
        };
        if self.by_appearance {
            best.number_by_appearance(vectors.dims());
        }
        Ok(KMeansFit {
            centroids: Centroids { values: best.centroids, dims: vectors.dims() },
            labels: vectors.to_rows(best.labels),
            inertia: best.inertia,
            iterations: best.iterations,
        })
    }
}

impl Centroids {
    /// Centroids of `dims` coordinates each, one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for `init` if `dims` is not 1 to [`MAX_DIMS`], if there is no centroid
    /// or a part of one, or if a coordinate is not finite.
    pub fn new(values: Vec<f64>, dims: usize) -> Result<Self> {
        let fail = |message: String| Err(Error::Parameter { parameter: "init", message });
        if !(1..=MAX_DIMS).contains(&dims) {
            return fail(format!("expected centroids of 1 to {MAX_DIMS} dimensions, got {dims}"));
        }
        if values.is_empty() || !values.len().is_multiple_of(dims) {
            return fail(format!("expected rows of {dims} values, got {} values", values.len()));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return fail(format!("centroid {} has the coordinate {}", at / dims, values[at]));
        }
        Ok(Self { values, dims })
    }

    /// Number of centroids.
    pub fn len(&self) -> usize {
        self.values.len() / self.dims
    }

    /// Never: there is at least one.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Number of dimensions.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The coordinates, centroid after centroid.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// For each point of a column the nearest centroid; of equally near ones the first.
    ///
    /// Null where the point is null, or has a NaN or an infinity.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for points of another dimension; else as [`KMeans::fit`].
    pub fn predict(&self, column: &str, points: &dyn Array) -> Result<UInt32Array> {
        let stop = &Current::get();
        let vectors = threads::install(|| Vectors::try_new(column, points))?;
        if vectors.len() == 0 {
            return Ok(UInt32Array::new_null(points.len()));
        }
        self.check_dims(vectors.dims())?;
        let mut labels = vec![0; vectors.len()];
        threads::install(|| assign::predict(&vectors.columns(), &self.values, &mut labels, stop));
        stop.check()?;
        Ok(vectors.to_rows(labels))
    }

    fn check_dims(&self, dims: usize) -> Result<()> {
        if self.dims == dims {
            return Ok(());
        }
        let message = format!("points of {dims} dimensions, centroids of {}", self.dims);
        Err(Error::Parameter { parameter: "points", message })
    }
}
