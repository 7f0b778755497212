use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, LargeStringArray, NullArray, RecordBatch,
    RecordBatchOptions,
};
use arrow_schema::{Field, Schema};
use geojson::JsonObject;
use geojson::feature::Id;
use serde_json::Value;

use crate::error::{Error, Result};

/// Different properties that the features of a file may have: each is a column of all rows.
const MOST: usize = 4096;

/// The properties of features on their way to columns.
#[derive(Debug, Default)]
pub(super) struct Properties {
    columns: Vec<(String, Vec<Value>)>,
    places: HashMap<String, usize>,
}

impl Properties {
    /// Adds those of a row behind the ones that are there.
    pub(super) fn push(&mut self, row: usize, id: Option<Id>, properties: Option<JsonObject>) {
        let mut properties = properties.unwrap_or_default();
        if let Some(id) = id {
            properties.entry("id").or_insert_with(|| match id {
                Id::String(id) => Value::String(id),
                Id::Number(id) => Value::Number(id),
            });
        }
        for (name, value) in properties {
            let next = self.columns.len();
            let at = *self.places.entry(name).or_insert_with_key(|name| {
                self.columns.push((name.clone(), vec![]));
                next
            });
            let (_, values) = &mut self.columns[at];
            values.resize(row, Value::Null);
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
            values.resize(rows, Value::Null);
            let column = column(values);
            (Field::new(name, column.data_type().clone(), true), column)
        });
        let (fields, columns): (Vec<_>, Vec<_>) = columns.unzip();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::new(Schema::new(fields));
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
    }
}

/// The narrowest column that holds all values.
fn column(values: Vec<Value>) -> ArrayRef {
    let all = |is: fn(&Value) -> bool| values.iter().all(|value| value.is_null() || is(value));
    if all(Value::is_null) {
        Arc::new(NullArray::new(values.len()))
    } else if all(Value::is_boolean) {
        Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>())
    } else if all(Value::is_i64) {
        Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>())
    } else if all(Value::is_number) {
        Arc::new(values.iter().map(Value::as_f64).collect::<Float64Array>())
    } else {
        let text = |value| match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        };
        Arc::new(values.into_iter().map(text).collect::<LargeStringArray>())
    }
}
