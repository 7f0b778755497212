//! Which of the close polygons is best: the one with the smallest area.

/// The row with the smallest key among `close`, the first of equal ones. `None` if there is none.
///
/// Rows past the end of `keys` are ignored.
pub fn smallest(keys: &[f64], close: impl Iterator<Item = usize>) -> Option<usize> {
    let keyed = close.filter_map(|row| keys.get(row).map(|key| (row, *key)));
    let best = keyed.reduce(|best, next| if next.1 < best.1 { next } else { best });
    best.map(|(row, _)| row)
}
