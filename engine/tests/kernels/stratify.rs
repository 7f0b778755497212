use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
    DictionaryArray, DurationMillisecondArray, Float64Array, Int8Array, Int16Array, Int64Array,
    LargeStringArray, NullArray, StringArray, StringViewArray, StructArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt32Array,
    UInt64Array,
};
use arrow_schema::{DataType, Field};
use poly_match_engine::kernels::stratify::reference::{largest_remainder, table};
use poly_match_engine::kernels::stratify::{Classes, Fold, Nulls, Size, Small, Split};
use proptest::prelude::*;

fn labels() -> impl Strategy<Value = Vec<Option<i64>>> {
    let label = prop_oneof![4 => (0_i64..3).prop_map(Some), 2 => (0_i64..40).prop_map(Some), 1 => Just(None)];
    prop::collection::vec(label, 0..300)
}

fn counts(labels: &[Option<i64>]) -> Vec<usize> {
    table(labels, labels.iter().map(|_| Some(0)), 1).concat()
}

proptest! {
    #[test]
    fn a_split_has_exact_totals_by_largest_remainder(
        labels in labels(), test in 1_usize..200, train in prop::option::of(1_usize..200),
        shuffle in any::<bool>(), seed in any::<u64>(),
    ) {
        let split = Split {
            test: Some(Size::Count(test)), train: train.map(Size::Count), shuffle, seed,
            small: Small::Train, nulls: Nulls::Class,
        };
        let counts = counts(&labels);
        let n_alone = counts.iter().filter(|&&count| count == 1).count();
        let train = train.unwrap_or(labels.len().saturating_sub(test));
        let column = Int64Array::from(labels.clone());
        let parts = match split.assign("label", &column) {
            Ok(parts) => parts,
            Err(_) => {
                prop_assert!(test + train > labels.len() || n_alone > train || train == 0);
                return Ok(());
            }
        };
        prop_assert_eq!(parts.len(), labels.len());
        if labels.is_empty() {
            return Ok(());
        }
        let found = table(&labels, &parts, 2);
        prop_assert_eq!(found.iter().map(|class| class[0]).sum::<usize>(), train);
        prop_assert_eq!(found.iter().map(|class| class[1]).sum::<usize>(), test);
        let several: Vec<usize> = counts.iter().map(|&count| if count == 1 { 0 } else { count }).collect();
        let trains = largest_remainder(&several, train - n_alone);
        let left: Vec<usize> = several.iter().zip(&trains).map(|(all, train)| all - train).collect();
        let tests = largest_remainder(&left, test);
        for (class, found) in found.iter().enumerate() {
            prop_assert_eq!(found[0], trains[class] + usize::from(counts[class] == 1));
            prop_assert_eq!(found[1], tests[class]);
        }
    }

    #[test]
    fn folds_differ_by_at_most_one(
        labels in labels(), n_splits in 2_usize..45, shuffle in any::<bool>(), seed in any::<u64>(),
    ) {
        let fold = Fold { n_splits, shuffle, seed, nulls: Nulls::Class };
        let column = Int64Array::from(labels.clone());
        let Ok(folds) = fold.assign("label", &column) else {
            prop_assert!(!labels.is_empty() && labels.len() < n_splits);
            return Ok(());
        };
        prop_assert_eq!(folds.len(), labels.len());
        prop_assert!(folds.iter().all(|fold| fold.is_some_and(|fold| (fold as usize) < n_splits)));
        let found = table(&labels, &folds, n_splits);
        let all: Vec<usize> = (0..n_splits).map(|fold| found.iter().map(|class| class[fold]).sum()).collect();
        for sizes in found.iter().chain([&all]) {
            let spread = sizes.iter().max().expect("folds") - sizes.iter().min().expect("folds");
            prop_assert!(spread <= 1, "{sizes:?}");
        }
    }

    #[test]
    fn what_labels_are_called_does_not_matter(labels in labels(), seed in any::<u64>()) {
        let expected = Classes::try_new("label", &Int64Array::from(labels.clone()), Nulls::Class).expect("classes");
        for other in other_types(&labels) {
            let classes = Classes::try_new("label", &other, Nulls::Class).expect("classes");
            prop_assert_eq!(&classes, &expected, "{}", other.data_type());
        }
        if labels.len() >= 4 {
            let folds = |column: &dyn Array| Fold { seed, ..Fold::new(4) }.assign("label", column).expect("folds");
            let strings: StringArray = labels.iter().map(|label| label.map(|label| format!("class {label}"))).collect();
            prop_assert_eq!(folds(&Int64Array::from(labels)), folds(&strings));
        }
    }
}

/// The same labels as columns of all types, slices of longer ones.
fn other_types(labels: &[Option<i64>]) -> Vec<ArrayRef> {
    let padded = [&[Some(99)], labels, &[Some(98), None]].concat();
    let text = |label: Option<i64>| label.map(|label| format!("a label that is long {label}"));
    let short = |label: Option<i64>| label.map(|label| label.to_string());
    let texts: Vec<Option<String>> = padded.iter().map(|&label| text(label)).collect();
    let strs: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    let bytes: Vec<Option<&[u8]>> = strs.iter().map(|text| text.map(str::as_bytes)).collect();
    let float = |label: i64| match label {
        0 => -0.0,
        1 => f64::NAN,
        label => label as f64 * 0.1,
    };
    let values = Arc::new(Int64Array::from(padded.clone()));
    let valid = arrow_buffer::NullBuffer::from_iter(padded.iter().map(Option::is_some));
    let field = Arc::new(Field::new("a", DataType::Int64, true));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(padded.iter().map(|label| label.map(|label| label as i8)).collect::<Int8Array>()),
        Arc::new(
            padded.iter().map(|label| label.map(|label| label as i16)).collect::<Int16Array>(),
        ),
        Arc::new(
            padded
                .iter()
                .map(|label| label.map(|label| u64::MAX - label as u64))
                .collect::<UInt64Array>(),
        ),
        Arc::new(
            padded.iter().map(|label| label.map(|label| label * (1 << 55))).collect::<Int64Array>(),
        ),
        Arc::new(
            padded.iter().map(|label| label.map(|label| label as i32)).collect::<Date32Array>(),
        ),
        Arc::new(padded.iter().map(|label| label.map(i128::from)).collect::<Decimal128Array>()),
        Arc::new(padded.iter().map(|label| label.map(float)).collect::<Float64Array>()),
        Arc::new(StringArray::from(strs.clone())),
        Arc::new(LargeStringArray::from(strs.clone())),
        Arc::new(StringViewArray::from(strs.clone())),
        Arc::new(padded.iter().map(|&label| short(label)).collect::<StringViewArray>()),
        Arc::new(BinaryArray::from(bytes)),
        Arc::new(strs.iter().copied().collect::<DictionaryArray<Int8Type>>()),
        Arc::new(StructArray::new(vec![field].into(), vec![values], Some(valid))),
    ];
    columns.iter().map(|column| column.slice(1, labels.len())).collect()
}

#[test]
fn zeros_and_nans_are_one_label_each() {
    let zeros = Float64Array::from(vec![0.0, -0.0, f64::NAN, -f64::NAN, 1.0]);
    let classes = Classes::try_new("label", &zeros, Nulls::Class).expect("classes");
    assert_eq!(classes.codes(), [0, 0, 1, 1, 2]);
    let booleans = BooleanArray::from(vec![Some(true), None, Some(false), Some(true)]);
    let classes = Classes::try_new("label", &booleans, Nulls::Class).expect("classes");
    assert_eq!((classes.codes(), classes.counts()), (&[0, 1, 2, 0][..], &[2, 1, 1][..]));
    let nulls = Classes::try_new("label", &NullArray::new(3), Nulls::Class).expect("classes");
    assert_eq!(nulls.counts(), [3]);
}

#[test]
fn many_rows_are_numbered_as_few() {
    // More than a piece of rows, with classes that appear late.
    let label = |row: i64| if row < 300_000 { row % 1_000 } else { row % 2_500 };
    let integers: Int64Array = (0..700_000).map(|row| Some(label(row))).collect();
    let strings: StringArray =
        (0..700_000).map(|row| Some(format!("a label of class {}", label(row)))).collect();
    let expected = Classes::try_new("label", &integers, Nulls::Class).expect("classes");
    assert_eq!(expected.counts().len(), 2_500);
    assert_eq!(Classes::try_new("label", &strings, Nulls::Class).expect("classes"), expected);
    assert_eq!(expected.codes()[300_000..300_010], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let labels: StringArray =
        (0..600_000_u64).map(|row| Some(format!("{}", row * row % 1_013))).collect();
    let deal = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let split =
                Split { small: Small::Train, seed: 3, ..Split::default() }.assign("label", &labels);
            (
                split.expect("parts"),
                Fold { seed: 3, ..Fold::new(7) }.assign("label", &labels).expect("folds"),
            )
        })
    };
    let one = deal(1);
    assert_eq!(deal(2), one);
    assert_eq!(deal(5), one);
}

#[test]
fn each_choice_is_equally_likely() {
    // Two of five rows for the test: ten pairs.
    let labels = Int64Array::from(vec![0; 5]);
    let mut chosen = [0_i32; 32];
    for seed in 0..10_000 {
        let split = Split { test: Some(Size::Count(2)), seed, ..Split::default() };
        let parts = split.assign("label", &labels).expect("parts");
        let bits = parts.values().iter().enumerate().map(|(row, part)| part << row).sum::<u32>();
        chosen[bits as usize] += 1;
    }
    let pairs: Vec<i32> = chosen.into_iter().filter(|&count| count > 0).collect();
    assert_eq!(pairs.len(), 10);
    assert!(pairs.iter().all(|count| (850..1_150).contains(count)), "{pairs:?}");
}

#[test]
fn what_a_class_has_over_is_in_any_fold() {
    // A class of one row, one of three folds and two rows over, one of three folds and one over.
    let labels = StringArray::from_iter_values("abbbbbbbbbbbcccccccccc".chars().map(String::from));
    let (mut alone, mut pairs, mut by_row) =
        ([0_i32; 3], [[0_i32; 3]; 3], vec![[0_i32; 3]; labels.len()]);
    for seed in 0..9_000 {
        let folds = Fold { seed, ..Fold::new(3) }.assign("label", &labels).expect("folds");
        alone[folds.value(0) as usize] += 1;
        for (row, fold) in folds.values().iter().enumerate() {
            by_row[row][*fold as usize] += 1;
        }
        let found = table(&labels, &folds, 3);
        let least = (0..3).min_by_key(|&fold| found[1][fold]).expect("folds");
        let most = (0..3).max_by_key(|&fold| found[2][fold]).expect("folds");
        pairs[least][most] += 1;
    }
    // Five deviations of 3,000.
    let often = |count: &i32| (3_000 - 224..3_000 + 224).contains(count);
    assert!(alone.iter().all(often), "{alone:?}");
    assert!(by_row.as_flattened().iter().all(often), "{by_row:?}");
    let by_class = pairs.map(|counts| counts.iter().sum::<i32>());
    assert!(by_class.iter().all(often), "{pairs:?}");
}

#[test]
fn a_label_past_all_calendars_is_a_class() {
    let numbers = vec![0, 0, i64::MAX, 0, i64::MIN, i64::MAX];
    let columns: [ArrayRef; 6] = [
        Arc::new(TimestampMillisecondArray::from(numbers.clone())),
        Arc::new(TimestampMicrosecondArray::from(numbers.clone())),
        Arc::new(TimestampNanosecondArray::from(numbers.clone()).with_timezone("Asia/Tokyo")),
        Arc::new(Date64Array::from(numbers.clone())),
        Arc::new(DurationMillisecondArray::from(numbers)),
        Arc::new(Date32Array::from(vec![0, 0, i32::MAX, 0, i32::MIN, i32::MAX])),
    ];
    for column in &columns {
        let classes = Classes::try_new("label", column, Nulls::Class).expect("classes");
        assert_eq!(classes.codes(), [0, 0, 1, 0, 2, 1], "{}", column.data_type());
        let error = Split::default().assign("day", column).expect_err("one row").to_string();
        assert!(error.starts_with("label: column 'day': class "), "{error}");
        assert!(error.contains("has one row, which cannot be in both"), "{error}");
    }
}

#[test]
fn a_class_of_one_is_named() {
    let parts = |labels: &dyn Array, small| {
        Split { small, test: Some(Size::Count(1)), ..Split::default() }.assign("kind", labels)
    };
    let says =
        |labels: &dyn Array| parts(labels, Small::Raise).expect_err("a class of one").to_string();
    let strings = StringArray::from(vec![Some("a"), Some("b"), Some("a"), Some("c")]);
    assert_eq!(
        says(&strings),
        "label: column 'kind': class 'b' has one row, which cannot be in both parts; small=\"train\" leaves it for training"
    );
    assert!(says(&Date32Array::from(vec![0, 0, 1])).contains("class '1970-01-02' has one row"));
    assert!(
        says(&StringArray::from(vec![Some("a"), None, Some("a")]))
            .contains("class null has one row")
    );
    let found = parts(&strings, Small::Train).expect("parts");
    assert_eq!((found.value(1), found.value(3)), (0, 0));
    assert_eq!(found.value(0) + found.value(2), 1);
    // Both rows of one class cannot make up for the classes of one.
    let many = StringArray::from(vec!["a", "b", "c", "d", "d"]);
    let split = Split { small: Small::Train, test: Some(Size::Count(3)), ..Split::default() };
    let error = split.assign("kind", &many).expect_err("too few for training").to_string();
    assert_eq!(
        error,
        "train_size: 3 classes have one row each, which is more than the 2 for training"
    );
}

#[test]
fn sizes_are_those_of_scikit_learn() {
    let labels = Int64Array::from(vec![0; 10]);
    let sizes = |test, train| {
        let parts = Split { test, train, ..Split::default() }.assign("label", &labels)?;
        let count = |part| parts.iter().filter(|&found| found == part).count();
        Ok::<_, poly_match_engine::Error>((count(Some(0)), count(Some(1)), count(None)))
    };
    let share = |share| Some(Size::Share(share));
    let count = |count| Some(Size::Count(count));
    assert_eq!(sizes(share(0.33), None).ok(), Some((6, 4, 0)));
    assert_eq!(sizes(None, share(0.75)).ok(), Some((7, 3, 0)));
    assert_eq!(sizes(share(0.25), share(0.25)).ok(), Some((2, 3, 5)));
    assert_eq!(sizes(count(2), count(3)).ok(), Some((3, 2, 5)));
    assert_eq!(sizes(share(0.7), share(0.3)).ok(), Some((3, 7, 0)));
    for (test, train, says) in [
        (None, None, "test_size: expected a size"),
        (share(0.0), None, "test_size: expected a share between 0 and 1 or a count, got 0.0"),
        (share(1.0), None, "test_size: expected a share between 0 and 1 or a count, got 1.0"),
        (share(f64::NAN), None, "test_size: expected a share between 0 and 1 or a count, got NaN"),
        (count(0), None, "test_size: expected at least 1 row, got 0"),
        (count(1), share(-0.5), "train_size: expected a share"),
        (share(0.6), share(0.6), "train_size: with test_size more than all: 0.6 and 0.6"),
        (count(11), None, "test_size: expected at most 10 rows for both parts, got 11"),
        (count(6), count(5), "test_size: expected at most 10 rows for both parts, got 11"),
        (None, count(11), "train_size: expected at most 10 rows for both parts, got 11"),
        (count(10), None, "test_size: nothing is left for training of 10 rows"),
        (share(0.95), None, "test_size: nothing is left for training of 10 rows"),
        (None, count(10), "train_size: nothing is left for the test of 10 rows"),
    ] {
        let error = sizes(test, train).expect_err(says).to_string();
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn nulls_are_a_class_or_an_error() {
    let labels = StringArray::from(vec![Some("a"), Some("a"), None, None]);
    let split = Split { test: Some(Size::Count(2)), ..Split::default() };
    assert_eq!(
        table(&labels, &split.assign("label", &labels).expect("parts"), 2),
        [[1, 1], [1, 1]]
    );
    let says = "column 'label', row 2: the label is null";
    let raise = Split { nulls: Nulls::Raise, ..split };
    assert_eq!(raise.assign("label", &labels).expect_err(says).to_string(), says);
    let raise = Fold { nulls: Nulls::Raise, ..Fold::new(2) };
    assert_eq!(raise.assign("label", &labels).expect_err(says).to_string(), says);
    assert!(raise.assign("label", &labels.slice(0, 2)).is_ok());
}

#[test]
fn without_a_shuffle_rows_go_in_order() {
    let labels = StringArray::from(vec!["a", "b", "a", "b", "a", "a", "b"]);
    let folds = Fold { shuffle: false, ..Fold::new(2) }.assign("label", &labels).expect("folds");
    assert_eq!(folds, UInt32Array::from(vec![0, 0, 0, 0, 1, 1, 1]));
    let split = Split {
        test: Some(Size::Count(3)),
        train: Some(Size::Count(3)),
        shuffle: false,
        ..Split::default()
    };
    let parts = split.assign("label", &labels).expect("parts");
    assert_eq!(
        parts,
        UInt32Array::from(vec![Some(0), Some(0), Some(0), Some(1), Some(1), Some(1), None])
    );
}

#[test]
fn no_rows_are_no_error() {
    let none = StringArray::from(Vec::<&str>::new());
    assert_eq!(Split::default().assign("label", &none).expect("parts").len(), 0);
    assert_eq!(Fold::new(3).assign("label", &none).expect("folds").len(), 0);
    let says = "n_splits: expected at most 2, the number of rows, got 3";
    assert_eq!(
        Fold::new(3)
            .assign("label", &StringArray::from(vec!["a", "a"]))
            .expect_err(says)
            .to_string(),
        says
    );
    let says = "n_splits: expected at least 2 folds, got 1";
    assert_eq!(Fold::new(1).check().expect_err(says).to_string(), says);
}
