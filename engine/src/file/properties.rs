use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, LargeStringArray, NullArray, RecordBatch,
    RecordBatchOptions, UInt64Array,
};
use arrow_schema::{Field, Schema};
use geojson::JsonObject;
use geojson::feature::Id;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Number, Value};

use crate::error::{Error, Result};

/// Different properties that the features of a file may have: each is a column of all rows.
const MOST: usize = 4096;

/// The properties of features on their way to columns.
#[derive(Debug, Default)]
pub(super) struct Properties {
    columns: Vec<(String, Vec<Property>)>,
    places: HashMap<String, usize>,
}

/// A value of a property.
#[derive(Debug, Clone)]
enum Property {
    Json(Value),
    /// A value with whole numbers that neither `i64` nor `u64` holds, as it is written.
    Wide(String),
}

const NULL: Property = Property::Json(Value::Null);

/// The members of a feature that hold properties, as they are written.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    properties: Option<HashMap<String, &'a RawValue>>,
}

impl Properties {
    /// Adds those of a row behind the ones that are there. `text` is the feature.
    pub(super) fn push(
        &mut self,
        row: usize,
        text: &str,
        id: Option<Id>,
        properties: Option<JsonObject>,
    ) {
        let mut properties = properties.unwrap_or_default();
        let has_id = properties.contains_key("id");
        if let Some(id) = id.filter(|_| !has_id) {
            let id = match id {
                Id::String(id) => Value::String(id),
                Id::Number(id) => Value::Number(id),
            };
            properties.insert("id".to_owned(), id);
        }
        // The parser has rounded what is wider than 64 bits. Rare, so that the text is read again.
        let written: Option<Written<'_>> =
            properties.values().any(is_wide).then(|| serde_json::from_str(text).ok()).flatten();
        let wide = |name: &str| {
            let written = written.as_ref()?;
            let properties = written.properties.as_ref().and_then(|all| all.get(name));
            let id = written.id.filter(|_| name == "id" && !has_id);
            Some(properties.copied().or(id)?.get().to_owned())
        };
        for (name, value) in properties {
            let value = match is_wide(&value).then(|| wide(&name)).flatten() {
                Some(text) => Property::Wide(text),
                None => Property::Json(value),
            };
            let next = self.columns.len();
            let at = *self.places.entry(name).or_insert_with_key(|name| {
                self.columns.push((name.clone(), vec![]));
                next
            });
            let (_, values) = &mut self.columns[at];
            values.resize(row, NULL);
            values.push(value);
        }
    }

    /// Refuses a file that would be one column a feature.
    pub(super) fn check(&self) -> Result<()> {
        if self.columns.len() <= MOST {
            return Ok(());
        }
        let message = format!("more than {MOST} different properties");
        Err(Error::GeoJson { message })
    }

    /// The columns, of so many rows.
    pub(super) fn finish(self, rows: usize) -> Result<RecordBatch> {
        let columns = self.columns.into_iter().map(|(name, mut values)| {
            values.resize(rows, NULL);
            let column = column(values);
            (Field::new(name, column.data_type().clone(), true), column)
        });
        let (fields, columns): (Vec<_>, Vec<_>) = columns.unzip();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::new(Schema::new(fields));
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
    }
}

/// Whether a value has a number that may be a whole one which neither `i64` nor `u64` holds: the
/// parser makes it a float.
fn is_wide(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|float| {
            number.is_f64() && float.abs() >= i64::MAX as f64 && float.fract() == 0.0
        }),
        Value::Array(values) => values.iter().any(is_wide),
        Value::Object(members) => members.values().any(is_wide),
        _ => false,
    }
}

/// The number, or why there is none: null is one that is missing.
fn number(property: &Property) -> Option<Option<&Number>> {
    match property {
        Property::Json(Value::Null) => Some(None),
        Property::Json(Value::Number(number)) => Some(Some(number)),
        _ => None,
    }
}

/// The float that a number stands for, if a float is written so: not a whole number of more digits
/// than that float has.
fn float(property: &Property) -> Option<Option<f64>> {
    if let Property::Wide(text) = property {
        let float = text.parse::<f64>().ok()?;
        let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        return (!is_whole || is_shortest(text, float)).then_some(Some(float));
    }
    let Some(number) = number(property)? else { return Some(None) };
    let float = number.as_f64()?;
    (number.is_f64() || is_shortest(&number.to_string(), float)).then_some(Some(float))
}

/// Whether a whole number is a float exactly, or what is written for it: its shortest digits and
/// zeros behind.
fn is_shortest(whole: &str, float: f64) -> bool {
    let digits = |text: &str| text.trim_start_matches('-').trim_end_matches('0').to_owned();
    let shortest = format!("{float:e}").replace('.', "");
    let shortest = shortest.split('e').next().unwrap_or_default();
    digits(whole) == digits(shortest) || format!("{float}") == whole
}

/// The narrowest column that holds all values as they are.
fn column(values: Vec<Property>) -> ArrayRef {
    fn all<T>(values: &[Property], of: impl Fn(&Value) -> Option<T>) -> Option<Vec<Option<T>>> {
        let of = |value: &Property| match value {
            Property::Json(Value::Null) => Some(None),
            Property::Json(value) => of(value).map(Some),
            Property::Wide(_) => None,
        };
        values.iter().map(of).collect()
    }
    if all(&values, |_| None::<()>).is_some() {
        return Arc::new(NullArray::new(values.len()));
    }
    if let Some(values) = all(&values, Value::as_bool) {
        return Arc::new(BooleanArray::from(values));
    }
    if let Some(values) = all(&values, Value::as_i64) {
        return Arc::new(Int64Array::from(values));
    }
    if let Some(values) = all(&values, Value::as_u64) {
        return Arc::new(UInt64Array::from(values));
    }
    if let Some(values) = values.iter().map(float).collect::<Option<Vec<_>>>() {
        return Arc::new(Float64Array::from(values));
    }
    let text = |value| match value {
        Property::Json(Value::Null) => None,
        Property::Json(Value::String(text)) | Property::Wide(text) => Some(text),
        Property::Json(other) => Some(other.to_string()),
    };
    Arc::new(values.into_iter().map(text).collect::<LargeStringArray>())
}
