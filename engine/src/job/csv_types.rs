use arrow_array::StringArray;
use arrow_array::types::{
    Date32Type, Float64Type, Int64Type, TimestampMicrosecondType, TimestampNanosecondType,
};
use arrow_cast::parse::Parser;
use arrow_schema::{DataType, TimeUnit};

/// The type that all fields of a column allow.
///
/// A column of nothing but integers is one of `Int64`; of numbers, `NaN` and `inf` `Float64`; of
/// `true` and `false` `Boolean`; of dates `Date32`; of dates and times a timestamp, in UTC if they
/// have an offset; all others are text. A type is given where each field can be read as it: what
/// only looks like a date is text.
#[derive(Debug, Default)]
pub(super) struct Inferred {
    /// That of all fields so far; `None` before the first.
    so_far: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Float,
    Boolean,
    Date,
    /// With so many digits behind the second at most.
    Moment(usize),
    Text,
}

impl Inferred {
    /// Looks at some fields; null is one that is empty.
    pub(super) fn add(&mut self, fields: &StringArray) {
        for field in fields.iter().flatten() {
            let kind = match self.so_far {
                None => Kind::of(field),
                Some(Kind::Text) => return,
                Some(kind) => kind.with(field),
            };
            self.so_far = Some(kind);
        }
    }

    /// `Null` for a column without a value.
    pub(super) fn data_type(&self) -> DataType {
        match self.so_far {
            None => DataType::Null,
            Some(Kind::Integer) => DataType::Int64,
            Some(Kind::Float) => DataType::Float64,
            Some(Kind::Boolean) => DataType::Boolean,
            Some(Kind::Date) => DataType::Date32,
            Some(Kind::Moment(digits)) => {
                let unit = match digits {
                    0 => TimeUnit::Second,
                    1..=3 => TimeUnit::Millisecond,
                    4..=6 => TimeUnit::Microsecond,
                    _ => TimeUnit::Nanosecond,
                };
                DataType::Timestamp(unit, None)
            }
            Some(Kind::Text) => DataType::Utf8,
        }
    }
}

impl Kind {
    /// The narrowest.
    fn of(field: &str) -> Self {
        let all = [Self::Integer, Self::Float, Self::Boolean, Self::Date];
        if let Some(kind) = all.into_iter().find(|kind| kind.allows(field)) {
            return kind;
        }
        moment(field).map_or(Self::Text, Self::Moment)
    }

    /// That of fields of this kind and one more.
    fn with(self, field: &str) -> Self {
        match self {
            Self::Moment(digits) => match moment(field) {
                // Nanoseconds have a narrow range.
                Some(more) if digits.max(more) <= 6 || (digits > 6) == (more > 6) => {
                    Self::Moment(digits.max(more))
                }
                _ => Self::Text,
            },
            kind if kind.allows(field) => kind,
            Self::Integer if Self::Float.allows(field) => Self::Float,
            _ => Self::Text,
        }
    }

    fn allows(self, field: &str) -> bool {
        match self {
            Self::Integer => {
                let digits = field.strip_prefix('-').unwrap_or(field);
                digits.bytes().all(|byte| byte.is_ascii_digit())
                    && Int64Type::parse(field).is_some()
            }
            Self::Float => Float64Type::parse(field).is_some(),
            Self::Boolean => ["true", "false"].iter().any(|b| field.eq_ignore_ascii_case(b)),
            Self::Date => field.len() == 10 && Date32Type::parse(field).is_some(),
            Self::Moment(_) | Self::Text => false,
        }
    }
}

/// The digits behind the second, of a date and a time.
fn moment(field: &str) -> Option<usize> {
    let (_, rest) = field.split_at_checked(19).filter(|(time, _)| is_moment(time.as_bytes()))?;
    let fraction = rest.strip_prefix('.').unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let is_read = match digits {
        0..=6 => TimestampMicrosecondType::parse(field).is_some(),
        7..=9 => TimestampNanosecondType::parse(field).is_some(),
        _ => false,
    };
    is_read.then_some(digits)
}

/// Whether it is written as in `2026-11-29 12:30:00`, or with a `T`.
fn is_moment(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        10 => matches!(byte, b' ' | b'T'),
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_fields() {
        use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
        let timestamp = |unit| DataType::Timestamp(unit, None);
        let cases: Vec<(&[&str], DataType)> = vec![
            (&[], DataType::Null),
            (&["", ""], DataType::Null),
            (&["1", "", "-2", "9223372036854775807"], DataType::Int64),
            (&["1", "9223372036854775808"], DataType::Float64),
            (&["1", "2.5", "NaN", "-inf", "1e3"], DataType::Float64),
            (&["1", "x"], DataType::Utf8),
            (&["true", "FALSE"], DataType::Boolean),
            (&["true", "1"], DataType::Utf8),
            (&["2026-11-29"], DataType::Date32),
            (&["2026-11-29", "0000-00-00"], DataType::Utf8),
            (&["2026-02-30"], DataType::Utf8),
            (&["24:00:00"], DataType::Utf8),
            (&["2026-11-29 12:30:00", "1900-01-01T00:00:00Z"], timestamp(Second)),
            (&["2026-11-29 12:30:00", "2026-11-29 12:30:00.5"], timestamp(Millisecond)),
            (&["2026-11-29T12:30:00.123456"], timestamp(Microsecond)),
            (&["2026-11-29T12:30:00.123456789"], timestamp(Nanosecond)),
            (&["2026-11-29T24:30:00"], DataType::Utf8),
            (&["2026-11-29T12:30:00", "2026-11-29"], DataType::Utf8),
            (&["9999-11-29T12:30:00", "2026-11-29T12:30:00.123456789"], DataType::Utf8),
            (&["ä234-11-29 12:30:00"], DataType::Utf8),
        ];
        for (fields, expected) in cases {
            let mut inferred = Inferred::default();
            let fields: StringArray =
                fields.iter().map(|field| Some(*field).filter(|f| !f.is_empty())).collect();
            inferred.add(&fields);
            assert_eq!(inferred.data_type(), expected, "{fields:?}");
        }
    }
}
