use std::hash::Hash;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType};
use hashbrown::HashMap;
use rayon::prelude::*;

use crate::coordinates::to_f64;
use crate::error::{Error, Result};
use crate::threads;

/// What a null label means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nulls {
    /// The rows without a label are a class of their own.
    #[default]
    Class,
    /// A null is an error.
    Raise,
}

/// Rows of one task. Each task numbers the classes that it sees, and these are put together after:
/// many tasks of many classes would be slower than one.
const PIECE: usize = 1 << 18;

/// Integers whose range is at most so many times the number of rows are looked up in a table.
const SPARSE: usize = 4;

/// The number of a class that has none yet.
const NONE: u32 = u32::MAX;

/// A column of labels as numbers of classes, in the order of their first rows, and how many rows
/// each has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    codes: Vec<u32>,
    counts: Vec<usize>,
}

impl Classes {
    /// Numbers the labels of a column of any type that Arrow can compare: the same label, the same
    /// class. All NaNs are one label, and so are the two zeros.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] with its row for a null where they are not allowed; [`Error::Dtype`] for a
    /// type that has no equality; [`Error::Parameter`] for more rows than `u32` counts.
    pub fn try_new(column: &str, labels: &dyn Array, nulls: Nulls) -> Result<Self> {
        if u32::try_from(labels.len()).is_err() {
            let message = format!("expected at most {} rows, got {}", u32::MAX, labels.len());
            return Err(Error::Parameter { parameter: "label", message });
        }
        let missing = labels.logical_nulls().filter(|missing| missing.null_count() > 0);
        if let (Nulls::Raise, Some(missing)) = (nulls, &missing) {
            let row = (0..labels.len()).find(|&row| missing.is_null(row)).unwrap_or_default();
            return Err(Error::value(column, row, "the label is null"));
        }
        let valid = |row: usize| missing.as_ref().is_none_or(|missing| missing.is_valid(row));
        let codes = of_array(column, labels, &valid)?;
        let n_classes = codes.iter().max().map_or(0, |&last| last as usize + 1);
        let count = |codes: &[u32]| {
            let mut counts = vec![0; n_classes];
            codes.iter().for_each(|&code| counts[code as usize] += 1);
            counts
        };
        let add = |mut all: Vec<usize>, piece: Vec<usize>| {
            all.iter_mut().zip(piece).for_each(|(count, piece)| *count += piece);
            all
        };
        let counts = if codes.len() <= PIECE {
            count(&codes)
        } else {
            let all = || codes.par_chunks(PIECE).map(count).reduce_with(add);
            threads::install(all).unwrap_or_default()
        };
        Ok(Self { codes, counts })
    }

    /// The class of each row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The rows of each class.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// The label of a class, as it is to be shown.
    pub(super) fn name(&self, class: usize, labels: &dyn Array) -> String {
        let row = self.codes.iter().position(|&code| code as usize == class).unwrap_or_default();
        if labels.is_null(row) {
            return "null".to_owned();
        }
        match shown(&labels.slice(row, 1)) {
            Ok(name) => format!("'{name}'"),
            // Such as a date past all calendars.
            Err(_) => format!("of row {row}"),
        }
    }
}

/// The one value of an array as text.
fn shown(label: &ArrayRef) -> std::result::Result<String, ArrowError> {
    let DataType::Timestamp(unit, zone) = label.data_type() else {
        return array_value_to_string(label, 0);
    };
    let time = array_value_to_string(&cast(label, &DataType::Timestamp(*unit, None))?, 0)?;
    let zone = if zone.is_some() { " UTC" } else { "" };
    Ok(time.replace('T', " ") + zone)
}

/// `valid` tells the rows that have a label.
fn of_array(
    column: &str,
    labels: &dyn Array,
    valid: &(impl Fn(usize) -> bool + Sync),
) -> Result<Vec<u32>> {
    let len = labels.len();
    macro_rules! hashed_values {
        ($labels:expr) => {{
            let labels = $labels;
            hashed(len, &|row| valid(row).then(|| labels.value(row)))
        }};
    }
    Ok(match labels.data_type() {
        DataType::Boolean => {
            let labels = labels.as_boolean();
            in_table(len, 2, |row| valid(row).then(|| usize::from(labels.value(row))))
        }
        DataType::Float32 | DataType::Float64 => {
            let labels = to_f64(labels)?;
            // Adding zero makes the two zeros one.
            let key = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 }.to_bits();
            hashed(len, &|row| valid(row).then(|| key(labels.value(row))))
        }
        DataType::Utf8View if labels.as_string_view().data_buffers().is_empty() => {
            // All labels are short: they lie in their views, filled up with zeros.
            let views = labels.as_string_view().views();
            hashed(len, &|row| valid(row).then(|| views[row]))
        }
        DataType::Utf8View => hashed_values!(labels.as_string_view()),
        DataType::Utf8 => hashed_values!(labels.as_string::<i32>()),
        DataType::LargeUtf8 => hashed_values!(labels.as_string::<i64>()),
        DataType::BinaryView => hashed_values!(labels.as_binary_view()),
        DataType::Binary => hashed_values!(labels.as_binary::<i32>()),
        DataType::LargeBinary => hashed_values!(labels.as_binary::<i64>()),
        DataType::Null => vec![0; len],
        // Its parts may lie at places where a whole number may not.
        DataType::Interval(_) => of_rows(column, labels, valid)?,
        // Integers, and what is one underneath, such as dates: the bits tell them apart.
        dtype => match dtype.primitive_width() {
            Some(1) => of_integers(labels.to_data().buffer::<i8>(0), valid),
            Some(2) if !dtype.is_floating() => {
                of_integers(labels.to_data().buffer::<i16>(0), valid)
            }
            Some(4) => of_integers(labels.to_data().buffer::<i32>(0), valid),
            Some(8) => of_integers(labels.to_data().buffer::<i64>(0), valid),
            Some(16) => {
                let data = labels.to_data();
                let values = data.buffer::<i128>(0);
                hashed(len, &|row| valid(row).then(|| values[row]))
            }
            _ => of_rows(column, labels, valid)?,
        },
    })
}

/// Looks integers up in a table where their range allows it.
fn of_integers<T: Copy + Into<i64> + Sync>(
    values: &[T],
    valid: &(impl Fn(usize) -> bool + Sync),
) -> Vec<u32> {
    let len = values.len();
    // A null's value may be any: then a table is not used, or larger than it had to be.
    let (mut least, mut most) = (i64::MAX, i64::MIN);
    for &value in values {
        least = least.min(value.into());
        most = most.max(value.into());
    }
    let range = most.abs_diff(least) as usize;
    if least <= most && range <= SPARSE * len {
        let place = |row: usize| values[row].into().abs_diff(least) as usize;
        return in_table(len, range + 1, |row| valid(row).then(|| place(row)));
    }
    hashed(len, &|row| valid(row).then(|| values[row].into()))
}

/// Any other type by its rows as bytes.
fn of_rows(
    column: &str,
    labels: &dyn Array,
    valid: &(impl Fn(usize) -> bool + Sync),
) -> Result<Vec<u32>> {
    let wrong = |_| Error::Dtype {
        column: column.to_owned(),
        expected: "labels that can be equal",
        dtype: labels.data_type().clone(),
    };
    let field = SortField::new(labels.data_type().clone());
    let rows = RowConverter::new(vec![field])
        .and_then(|converter| converter.convert_columns(&[labels.slice(0, labels.len())]))
        .map_err(wrong)?;
    Ok(hashed(labels.len(), &|row| valid(row).then(|| rows.row(row).data().to_vec())))
}

/// Numbers keys below `size`; `None` is a key too.
fn in_table(len: usize, size: usize, key: impl Fn(usize) -> Option<usize>) -> Vec<u32> {
    let mut table = vec![NONE; size + 1];
    let mut next = 0;
    let number = |row| {
        let number = &mut table[key(row).unwrap_or(size)];
        if *number == NONE {
            *number = next;
            next += 1;
        }
        *number
    };
    (0..len).map(number).collect()
}

/// Numbers keys of any kind; `None` is a key too.
fn hashed<K: Hash + Eq>(len: usize, key: &(impl Fn(usize) -> Option<K> + Sync)) -> Vec<u32> {
    let mut codes = vec![0; len];
    if len <= PIECE {
        number(0, &mut codes, key);
    } else {
        threads::install(|| number_pieces(&mut codes, key));
    }
    codes
}

/// Numbers the keys of the rows from `first` on. The first row of each class.
fn number<K: Hash + Eq>(
    first: usize,
    codes: &mut [u32],
    key: &impl Fn(usize) -> Option<K>,
) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let mut firsts = Vec::new();
    for (row, code) in (first..).zip(codes) {
        *code = *numbers.entry(key(row)).or_insert_with(|| {
            firsts.push(row as u32);
            firsts.len() as u32 - 1
        });
    }
    firsts
}

/// The same of many rows, piece by piece.
fn number_pieces<K: Hash + Eq>(codes: &mut [u32], key: &(impl Fn(usize) -> Option<K> + Sync)) {
    // The first row of each class that a piece sees.
    let firsts: Vec<Vec<u32>> = codes
        .par_chunks_mut(PIECE)
        .enumerate()
        .map(|(piece, codes)| number(piece * PIECE, codes, key))
        .collect();
    // Pieces are in the order of their rows, so that numbers come out in the order of first rows.
    let mut numbers = HashMap::new();
    let mut translate = |first: &u32| {
        let next = numbers.len() as u32;
        *numbers.entry(key(*first as usize)).or_insert(next)
    };
    let translated: Vec<Vec<u32>> =
        firsts.iter().map(|firsts| firsts.iter().map(&mut translate).collect()).collect();
    codes.par_chunks_mut(PIECE).zip(translated).for_each(|(codes, translated)| {
        codes.iter_mut().for_each(|code| *code = translated[*code as usize]);
    });
}
