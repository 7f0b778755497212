use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt64Type};
use arrow_cast::cast;
use arrow_schema::DataType;
use blake3::Hasher;

use crate::coordinates::{is_numeric, to_f64};
use crate::error::{Error, Result};
use crate::measure;
use crate::polygons::Polygons;
use crate::rule::Rule;

/// What polygons are ranked by: one key a row, the smallest first.
///
/// A row without a key (a null, a NaN, a polygon that is null or empty) never matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(Vec<Option<u64>>);

impl Keys {
    /// The areas of the polygons as the rule measures them: [`measure::areas_of_rule`].
    pub fn areas(polygons: &Polygons, rule: &Rule) -> Self {
        Self(
            measure::areas_of_rule(polygons, rule)
                .into_iter()
                .map(|area| area.map(of_f64))
                .collect(),
        )
    }

    /// The values of a numeric column, or with `descending` the largest first.
    ///
    /// Integers are compared as such, floats and decimals as `f64`; the two zeros are equal, and a
    /// NaN is no key.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for a column that is not numeric; `column` is its name.
    pub fn from_column(column: &str, values: &dyn Array, descending: bool) -> Result<Self> {
        let dtype = values.data_type();
        let keys: Vec<Option<u64>> = if dtype.is_signed_integer() {
            let values = cast(values, &DataType::Int64)?;
            let key = |value: i64| (value as u64) ^ (1 << 63);
            values.as_primitive::<Int64Type>().iter().map(|value| value.map(key)).collect()
        } else if dtype.is_unsigned_integer() {
            let values = cast(values, &DataType::UInt64)?;
            values.as_primitive::<UInt64Type>().iter().collect()
        } else if is_numeric(dtype) || *dtype == DataType::Null {
            let known = |value: Option<f64>| value.filter(|value| !value.is_nan()).map(of_f64);
            to_f64(values)?.iter().map(known).collect()
        } else {
            return Err(Error::Dtype {
                column: column.to_owned(),
                expected: "numbers to rank by",
                dtype: dtype.clone(),
            });
        };
        let turned = |key: u64| if descending { !key } else { key };
        Ok(Self(keys.into_iter().map(|key| key.map(turned)).collect()))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A hash of the keys, as [`Polygons::fingerprint`] is one of polygons.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = Hasher::new();
        for piece in self.0.chunks(512) {
            let bytes = |key: &Option<u64>| {
                let [a, b, c, d, e, f, g, h] = key.unwrap_or_default().to_le_bytes();
                [u8::from(key.is_some()), a, b, c, d, e, f, g, h]
            };
            hasher.update(&piece.iter().flat_map(bytes).collect::<Vec<u8>>());
        }
        *hasher.finalize().as_bytes()
    }

    /// The key of a row: the smaller, the better. `None` for a row that never matches.
    pub fn get(&self, row: usize) -> Option<u64> {
        self.0.get(row).copied().flatten()
    }
}

/// An integer that orders as the `f64` does.
fn of_f64(value: f64) -> u64 {
    // Adding zero makes the two zeros one.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | (1 << 63) } else { !bits }
}
