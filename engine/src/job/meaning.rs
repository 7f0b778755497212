//! Whether columns of two files hold the same, whoever has written them.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, TimeUnit};

/// The type of a column, and where it is from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'a> {
    pub(super) dtype: &'a DataType,
    pub(super) typing: Typing,
}

/// Where the types of a file are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typing {
    /// The file states them.
    Stated,
    /// They are what the fields of CSV allow; the columns are kept as text.
    Text,
    /// They are what the fields of CSV allow, and the columns get them.
    Inferred,
}

impl Column<'_> {
    /// Whether both hold the same: have one type in Parquet; or, where one is of CSV, could be
    /// written as the other is. A column without a value agrees with all.
    pub(super) fn agrees(self, other: Self) -> bool {
        let (a, b) = (meaning(self.dtype), meaning(other.dtype));
        if a == b || a == DataType::Null || b == DataType::Null {
            return true;
        }
        use Typing::{Inferred, Stated, Text};
        match (self.typing, other.typing) {
            (Stated, Stated) => false,
            (Stated, _) => is_written_as(&a, &b),
            (_, Stated) => is_written_as(&b, &a),
            (Text, Text) => true,
            (Inferred, _) | (_, Inferred) => a.is_numeric() && b.is_numeric(),
        }
    }
}

/// Whether what the fields of a CSV column allow may be values of a type.
fn is_written_as(dtype: &DataType, allowed: &DataType) -> bool {
    match dtype {
        // Integers may be floats or decimals, and floats, as other tools write them, integers.
        dtype if dtype.is_numeric() => allowed.is_numeric(),
        DataType::Boolean => false,
        DataType::Date32 | DataType::Timestamp(..) => !allowed.is_numeric(),
        // Any field is text.
        _ => true,
    }
}

/// The type that stands for all which are written to Parquet as one, or differ only in what the
/// files of Arrow say besides.
fn meaning(dtype: &DataType) -> DataType {
    let list = |inner: &FieldRef| {
        // Writers call the field of a list what they like.
        DataType::List(Arc::new(Field::new("item", meaning(inner.data_type()), true)))
    };
    match dtype {
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::LargeBinary | DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, value) => meaning(value),
        DataType::RunEndEncoded(_, values) => meaning(values.data_type()),
        DataType::Timestamp(unit, zone) => {
            let unit = if *unit == TimeUnit::Second { TimeUnit::Millisecond } else { *unit };
            // Parquet knows whether it is in UTC, and no zones.
            DataType::Timestamp(unit, zone.as_ref().map(|_| "UTC".into()))
        }
        DataType::Time32(_) => DataType::Time32(TimeUnit::Millisecond),
        DataType::Date64 => DataType::Date32,
        DataType::Decimal32(digits, scale) | DataType::Decimal64(digits, scale) => {
            DataType::Decimal128(*digits, *scale)
        }
        DataType::Decimal256(digits, scale) if *digits <= 38 => {
            DataType::Decimal128(*digits, *scale)
        }
        DataType::List(inner)
        | DataType::LargeList(inner)
        | DataType::ListView(inner)
        | DataType::LargeListView(inner)
        | DataType::FixedSizeList(inner, _) => list(inner),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) => {
                let pair = pair.iter().map(|field| meaning(field.data_type()));
                let pair = pair.map(|dtype| Field::new("item", dtype, true)).collect();
                let entries = Field::new("item", DataType::Struct(pair), true);
                DataType::Map(Arc::new(entries), false)
            }
            other => meaning(other),
        },
        DataType::Struct(fields) => {
            let field =
                |field: &FieldRef| Field::new(field.name(), meaning(field.data_type()), true);
            DataType::Struct(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_parquet() {
        use DataType::{
            Binary, Date32, Date64, Decimal32, Decimal128, Float32, Float64, Int32, Int64,
            LargeUtf8, Null, Time32, Timestamp, Utf8, Utf8View,
        };
        let dictionary = |value| DataType::Dictionary(Box::new(DataType::UInt8), Box::new(value));
        let list = |name, dtype| DataType::new_list(dtype, name == "item");
        let seconds = TimeUnit::Second;
        let same = [
            (Utf8, LargeUtf8),
            (Utf8View, dictionary(Utf8)),
            (dictionary(LargeUtf8), Utf8),
            (list("item", Utf8), list("element", dictionary(Utf8View))),
            (list("item", Int64), DataType::new_large_list(Int64, true)),
            (Timestamp(seconds, None), Timestamp(TimeUnit::Millisecond, None)),
            (
                Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
                Timestamp(TimeUnit::Microsecond, Some("Europe/Berlin".into())),
            ),
            (Date64, Date32),
            (Time32(seconds), Time32(TimeUnit::Millisecond)),
            (Decimal32(5, 2), Decimal128(5, 2)),
            (Null, Utf8),
        ];
        let different = [
            (Utf8, Binary),
            (Utf8, Int64),
            (Int32, Int64),
            (Float32, Float64),
            (Timestamp(TimeUnit::Microsecond, None), Timestamp(TimeUnit::Millisecond, None)),
            (Timestamp(seconds, None), Timestamp(seconds, Some("UTC".into()))),
            (Decimal128(5, 2), Decimal128(6, 2)),
            (list("item", Int64), list("item", Utf8)),
        ];
        let column = |dtype, typing| Column { dtype, typing };
        let stated = |dtype| column(dtype, Typing::Stated);
        for (is_same, pairs) in [(true, &same[..]), (false, &different[..])] {
            for (a, b) in pairs {
                for (a, b) in [(a, b), (b, a)] {
                    assert_eq!(stated(a).agrees(stated(b)), is_same, "{a} {b}");
                }
            }
        }
        // What a CSV allows, and a type that it is beside.
        let csv = [
            (Int64, Int32, true),
            (Int64, Float64, true),
            (Int64, Utf8, true),
            (Float64, Decimal128(5, 2), true),
            (Utf8, Int64, false),
            (Utf8, DataType::Boolean, false),
            (Utf8, Date32, true),
            (Int64, Date32, false),
            (Utf8, Time32(seconds), true),
            (Utf8, list("item", Int64), true),
        ];
        for (allowed, dtype, is_same) in &csv {
            for typing in [Typing::Text, Typing::Inferred] {
                let (csv, other) = (column(allowed, typing), stated(dtype));
                assert_eq!(csv.agrees(other), *is_same, "{allowed} {dtype}");
                assert_eq!(other.agrees(csv), *is_same, "{allowed} {dtype}");
            }
        }
        let both = |a, b, typing| column(a, typing).agrees(column(b, typing));
        assert!(both(&Int64, &Float64, Typing::Inferred));
        assert!(!both(&Int64, &Utf8, Typing::Inferred));
        assert!(both(&Int64, &Utf8, Typing::Text));
    }
}
