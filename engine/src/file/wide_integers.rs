//! Integers of 128 bits, which Polars writes to Parquet and the Arrow of Rust does not have.
//!
//! In Parquet they are 16 bytes; that they are integers is in the Arrow schema alone which the file
//! keeps among its metadata. For the reader they become integers of 64 bits there, so that it takes
//! the column for the bytes that it is, and in the schema of a copy they are what they were.

use std::sync::Arc;

use arrow_ipc::{Field as Encoded, root_as_message};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::encode_arrow_schema;

const WIDE: i32 = 128;

/// An Arrow schema with such integers, as it is kept in Parquet.
#[derive(Debug, Clone)]
pub(crate) struct WideIntegers {
    /// The message, without what goes before it.
    message: Arc<[u8]>,
}

impl WideIntegers {
    /// `None` for a schema without, and for what is no schema.
    pub(super) fn of(kept: &str) -> Option<Self> {
        let message: Arc<[u8]> = message(&decoded(kept)?).to_vec().into();
        let mut places = Vec::new();
        for field in root_as_message(&message).ok()?.header_as_schema()?.fields()? {
            widths(field, field, &mut places);
        }
        (!places.is_empty()).then_some(Self { message })
    }

    /// The schema with integers of 64 bits instead, as it is kept.
    pub(super) fn narrowed(&self) -> Option<String> {
        let mut message = self.message.to_vec();
        let mut places = Vec::new();
        for field in root_as_message(&self.message).ok()?.header_as_schema()?.fields()? {
            widths(field, field, &mut places);
        }
        for at in places {
            message.get_mut(at..at + 4)?.copy_from_slice(&64_i32.to_le_bytes());
        }
        Some(kept(&message))
    }

    /// The columns that have such integers.
    pub(crate) fn columns(&self) -> Vec<String> {
        let message = root_as_message(&self.message).ok();
        let fields = message.and_then(|m| m.header_as_schema()).and_then(|s| s.fields());
        let has = |field: &Encoded<'_>| {
            let mut places = Vec::new();
            widths(*field, *field, &mut places);
            !places.is_empty()
        };
        let fields = fields.into_iter().flatten().filter(has);
        fields.filter_map(|field| field.name().map(str::to_owned)).collect()
    }

    /// A schema that begins with the columns of this one, as it is kept, with the integers that they
    /// are.
    pub(crate) fn restored(&self, schema: &Schema) -> Option<String> {
        let known = root_as_message(&self.message).ok()?.header_as_schema()?.fields()?;
        let fields = schema.fields().iter().enumerate().map(|(at, field)| match at < known.len() {
            true => placeholders(field, known.get(at)),
            false => Field::clone(field),
        });
        let fields: Vec<_> = fields.collect();
        let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
        let mut new = message(&decoded(&encode_arrow_schema(&schema))?).to_vec();
        let mut places = Vec::new();
        {
            let fields = root_as_message(&new).ok()?.header_as_schema()?.fields()?;
            for (known, field) in known.iter().zip(fields) {
                widths(known, field, &mut places);
            }
        }
        for at in places {
            new.get_mut(at..at + 4)?.copy_from_slice(&WIDE.to_le_bytes());
        }
        Some(kept(&new))
    }
}

/// Where the widths of integers in `field` are which in `known` have 128 bits.
fn widths(known: Encoded<'_>, field: Encoded<'_>, places: &mut Vec<usize>) {
    if let (Some(wide), Some(int)) = (known.type_as_int(), field.type_as_int()) {
        let place = int._tab.vtable().get(arrow_ipc::Int::VT_BITWIDTH);
        if wide.bitWidth() == WIDE && place != 0 {
            places.push(int._tab.loc() + usize::from(place));
        }
    }
    let children = known.children().into_iter().flatten();
    for (known, field) in children.zip(field.children().into_iter().flatten()) {
        widths(known, field, places);
    }
}

/// A field with integers of 64 bits where there are wide ones.
fn placeholders(field: &Field, known: Encoded<'_>) -> Field {
    if let Some(int) = known.type_as_int()
        && int.bitWidth() == WIDE
    {
        let dtype = if int.is_signed() { DataType::Int64 } else { DataType::UInt64 };
        return field.clone().with_data_type(dtype);
    }
    let children: Vec<_> = known.children().into_iter().flatten().collect();
    let child = |at: usize, inner: &Arc<Field>| match children.get(at) {
        Some(known) => Arc::new(placeholders(inner, *known)),
        None => inner.clone(),
    };
    let dtype = match field.data_type() {
        DataType::List(inner) => DataType::List(child(0, inner)),
        DataType::LargeList(inner) => DataType::LargeList(child(0, inner)),
        DataType::FixedSizeList(inner, n) => DataType::FixedSizeList(child(0, inner), *n),
        DataType::Map(inner, sorted) => DataType::Map(child(0, inner), *sorted),
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().enumerate().map(|(at, f)| child(at, f)).collect())
        }
        other => other.clone(),
    };
    field.clone().with_data_type(dtype)
}

/// A message without the mark and the length that may go before it.
fn message(bytes: &[u8]) -> &[u8] {
    match bytes {
        [0xff, 0xff, 0xff, 0xff, _, _, _, _, message @ ..] => message,
        message => message,
    }
}

/// A message as Parquet keeps it.
fn kept(message: &[u8]) -> String {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let bytes = [&[0xff; 4], &length.to_le_bytes()[..], message].concat();
    encoded(&bytes)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(all >> (18 - 6 * at) & 63) as usize];
            text.push(if at > three.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').bytes();
    let (mut bytes, mut bits, mut kept) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for digit in digits {
        let value = DIGITS.iter().position(|known| *known == digit)? as u32;
        (bits, kept) = (bits << 6 | value, kept + 6);
        if kept >= 8 {
            kept -= 8;
            bytes.push((bits >> kept) as u8);
            bits &= (1 << kept) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn base64() {
        // The examples of RFC 4648.
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(encoded(bytes.as_bytes()), text);
            assert_eq!(decoded(text).unwrap(), bytes.as_bytes());
        }
        assert_eq!(decoded("a\n"), None);
    }

    #[test]
    fn narrowed_and_restored() {
        let inner = |dtype| Arc::new(Field::new("item", dtype, true));
        let schema = |wide: DataType| {
            Schema::new(vec![
                Field::new("a", DataType::Int64, true),
                Field::new("b", wide.clone(), true),
                Field::new("c", DataType::List(inner(wide.clone())), true),
                Field::new("d", DataType::Struct(vec![inner(wide)].into()), true),
            ])
        };
        // None is wide at first.
        let narrow = encode_arrow_schema(&schema(DataType::Int64));
        assert!(WideIntegers::of(&narrow).is_none());
        assert!(WideIntegers::of("no schema").is_none());
        let mut wide = message(&decoded(&narrow).unwrap()).to_vec();
        let mut places = Vec::new();
        {
            let fields = root_as_message(&wide).unwrap().header_as_schema().unwrap().fields();
            for field in fields.unwrap().iter().skip(1) {
                let inner = field.children().filter(|c| !c.is_empty()).map(|c| c.get(0));
                let int = inner.unwrap_or(field).type_as_int().unwrap();
                let place = int._tab.vtable().get(arrow_ipc::Int::VT_BITWIDTH);
                places.push(int._tab.loc() + usize::from(place));
            }
        }
        places.iter().for_each(|at| wide[*at..*at + 4].copy_from_slice(&WIDE.to_le_bytes()));
        let wide = kept(&wide);
        let integers = WideIntegers::of(&wide).unwrap();
        assert_eq!(integers.columns(), ["b", "c", "d"]);
        assert_eq!(integers.narrowed().unwrap(), narrow);
        // Bytes are what the reader makes of them.
        assert_eq!(integers.restored(&schema(DataType::FixedSizeBinary(16))).unwrap(), wide);
    }
}
