use std::fmt;

/// What an edge between two vertices is, as the metadata of polygons have it.
///
/// All edges are taken for straight lines in the plane of the coordinates: these are only reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Edges {
    /// A straight line between the coordinates.
    #[default]
    Planar,
    /// A great circle on a sphere.
    Spherical,
    /// A geodesic by Vincenty's formula.
    Vincenty,
    /// A geodesic by Thomas' formula.
    Thomas,
    /// A geodesic by Andoyer's formula.
    Andoyer,
    /// A geodesic by Karney's formula.
    Karney,
    /// Something else that is not a straight line.
    Other,
}

impl Edges {
    /// Reads the name that GeoArrow, GeoParquet and Parquet have for it, in any case of letters.
    pub fn from_text(text: &str) -> Self {
        match &*text.trim().to_ascii_lowercase() {
            "" | "planar" => Self::Planar,
            "spherical" => Self::Spherical,
            "vincenty" => Self::Vincenty,
            "thomas" => Self::Thomas,
            "andoyer" => Self::Andoyer,
            "karney" => Self::Karney,
            _ => Self::Other,
        }
    }
}

/// The name that [`Edges::from_text`] reads.
impl fmt::Display for Edges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Planar => "planar",
            Self::Spherical => "spherical",
            Self::Vincenty => "vincenty",
            Self::Thomas => "thomas",
            Self::Andoyer => "andoyer",
            Self::Karney => "karney",
            Self::Other => "other",
        })
    }
}
