use arrow_array::{Array, Float64Array, StringArray, UInt8Array, UInt32Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use poly_match_engine::kernels::shade::{Shade, reference};
use proptest::prelude::*;

fn levels(shade: &Shade, x: &dyn Array, y: &dyn Array) -> UInt8Array {
    shade.levels(["x", "y"], x, y).expect("levels")
}

fn expected(shade: &Shade, x: &[f64], y: &[f64]) -> UInt8Array {
    x.iter().zip(y).map(|(&x, &y)| reference::level(shade, x, y)).collect()
}

/// A picture's pixels, row after row.
fn pixels(width: u32, height: u32) -> [Vec<u32>; 2] {
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let (x, y): (Vec<u32>, Vec<u32>) = all.unzip();
    [x, y]
}

#[test]
fn the_picture_is_that_of_the_reference() {
    // More than 200,000 pixels: by several threads.
    let [x, y] = pixels(800, 600);
    let shade = Shade::default();
    let got = levels(&shade, &UInt32Array::from(x.clone()), &UInt32Array::from(y.clone()));
    let [x, y] = [x, y].map(|axis| axis.into_iter().map(f64::from).collect::<Vec<_>>());
    assert_eq!(got, expected(&shade, &x, &y));
    let count = |level: u8| got.values().iter().filter(|&&got| got == level).count();
    // A quarter of the screen is sphere.
    assert!((340_000..360_000).contains(&count(100)));
    assert!(count(30) > 10_000);
    assert!(got.values().iter().max() > Some(&240));
}

#[test]
fn every_type_of_numbers() {
    // More than a block, and the last one in part; from the middle of an array on.
    let [x, y] = pixels(80, 7).map(UInt32Array::from);
    let shade = Shade { size: [80.0, 7.0], ..Shade::default() };
    let wide = |axis: &UInt32Array| cast(axis, &DataType::Float64).expect("floats");
    let floats = levels(&shade, &wide(&x), &wide(&y));
    assert!(floats.values().iter().any(|&level| level > 100));
    for dtype in [
        DataType::Int8,
        DataType::UInt16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt64,
        DataType::Float32,
        DataType::Decimal128(9, 2),
    ] {
        let [x, y] = [&x, &y].map(|axis| cast(axis, &dtype).expect("numbers"));
        assert_eq!(levels(&shade, &x, &y), floats, "{dtype}");
        let (some, of) = (levels(&shade, &x.slice(3, 500), &y.slice(3, 500)), floats.slice(3, 500));
        assert_eq!(some, of, "{dtype}");
    }
}

proptest! {
    #[test]
    fn the_same_as_the_reference(
        points in prop::collection::vec((-50.0_f64..850.0, -50.0_f64..650.0), 0..150),
        sphere in ((-2_i32..10), (-2_i32..8), (-12_i32..13), 1_i32..5),
        light in prop::array::uniform3(-10_i32..11),
    ) {
        let sphere = [sphere.0, sphere.1, sphere.2, sphere.3].map(f64::from);
        let shade = Shade { sphere, light: light.map(f64::from), ..Shade::default() };
        let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        let got = levels(&shade, &Float64Array::from(x.clone()), &Float64Array::from(y.clone()));
        prop_assert_eq!(got, expected(&shade, &x, &y));
    }
}

#[test]
fn edges() {
    let at = |shade: &Shade, x: f64, y: f64| {
        levels(shade, &Float64Array::from(vec![x]), &Float64Array::from(vec![y])).value(0)
    };
    // A line that touches the sphere meets it; one unit of the screen is one pixel here.
    let shade = Shade {
        sphere: [4.0, 4.0, 10.0, 2.0],
        light: [4.0, 4.0, 0.0],
        screen: [8.0, 8.0],
        size: [8.0, 8.0],
    };
    assert_eq!(at(&shade, 2.0, 4.0), 30);
    assert_eq!(at(&shade, 2.0 - 1e-9, 4.0), 100);
    assert_eq!(at(&shade, 4.0, 4.0), 255);
    // The light lies on the sphere, right there.
    assert_eq!(at(&Shade { light: [4.0, 4.0, 8.0], ..shade }, 4.0, 4.0), 30);
    // The sphere is behind the screen: seen all the same.
    assert_eq!(at(&Shade { sphere: [4.0, 4.0, -10.0, 2.0], ..shade }, 4.0, 4.0), 30);
    for far in [1e200, f64::MAX, -f64::MAX] {
        assert_eq!(at(&shade, far, 4.0), 100);
        assert_eq!(reference::level(&shade, far, 4.0), Some(100));
    }
}

#[test]
fn what_is_no_pixel_is_null() {
    let x = Float64Array::from(vec![Some(1.0), None, Some(f64::NAN), Some(3.0), Some(400.0)]);
    let y = Float64Array::from(vec![Some(1.0), Some(2.0), Some(2.0), Some(f64::INFINITY), None]);
    let got = levels(&Shade::default(), &x, &y);
    assert_eq!(got.iter().collect::<Vec<_>>(), [Some(100), None, None, None, None]);
    assert_eq!(levels(&Shade::default(), &x.slice(3, 1), &y.slice(0, 1)).value(0), 100);
    assert_eq!(levels(&Shade::default(), &x.slice(0, 0), &y.slice(0, 0)).len(), 0);
    // Of many, by several threads; and integers, which are null but never NaN.
    for last in [None, Some(f64::NAN)] {
        let x: Float64Array = (0..300_000).map(|_| Some(1.0)).chain([last]).collect();
        let got = levels(&Shade::default(), &x, &x);
        assert_eq!((got.null_count(), got.is_null(300_000)), (1, true));
    }
    let x: UInt32Array = (0..40).map(|pixel| (pixel != 33).then_some(pixel)).collect();
    let got = levels(&Shade::default(), &x, &x);
    assert_eq!((got.null_count(), got.is_null(33)), (1, true));
}

#[test]
fn a_scene_that_makes_no_sense_is_an_error() {
    let shade = Shade::default();
    for (shade, says) in [
        (Shade { sphere: [0.0, 0.0, 0.0, 0.0], ..shade }, "sphere: expected a radius of more than"),
        (Shade { sphere: [f64::NAN, 0.0, 0.0, 1.0], ..shade }, "sphere: expected finite numbers"),
        (Shade { light: [0.0, 0.0, f64::INFINITY], ..shade }, "light: expected finite numbers"),
        (Shade { screen: [1.0, -1.0], ..shade }, "screen: expected sizes of more than 0, got -1.0"),
        (Shade { size: [0.0, 1.0], ..shade }, "size: expected sizes of more than 0, got 0.0"),
    ] {
        let error = shade.check().expect_err(says).to_string();
        assert!(error.starts_with(says), "{error}");
    }
    let x = Float64Array::from(vec![1.0]);
    let error = shade.levels(["x", "y"], &x, &x.slice(0, 0)).expect_err("lengths").to_string();
    assert_eq!(error, "y: expected 1 rows, as many as x has, got 0");
    let text = StringArray::from(vec!["1"]);
    let error = shade.levels(["a", "b"], &x, &text).expect_err("text").to_string();
    assert_eq!(error, "column 'b': expected coordinates of pixels: numbers, got Utf8");
}
