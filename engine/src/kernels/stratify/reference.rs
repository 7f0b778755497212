//! What must hold of a split and of folds, counted by the definition.

use std::collections::HashMap;
use std::hash::Hash;

/// How many rows each class has in each part: `[class][part]`, classes in the order of their first
/// rows. A part past the last is not counted.
pub fn table<L: Hash + Eq>(
    labels: impl IntoIterator<Item = L>,
    parts: impl IntoIterator<Item = Option<u32>>,
    n_parts: usize,
) -> Vec<Vec<usize>> {
    let mut numbers = HashMap::new();
    let mut table: Vec<Vec<usize>> = Vec::new();
    for (label, part) in labels.into_iter().zip(parts) {
        let next = table.len();
        let class = *numbers.entry(label).or_insert(next);
        if class == next {
            table.push(vec![0; n_parts]);
        }
        if let Some(count) = part.and_then(|part| table[class].get_mut(part as usize)) {
            *count += 1;
        }
    }
    table
}

/// Largest remainder, seat by seat: each seat left over goes to the class that is farthest below
/// its quota, of equal ones to the first.
pub fn largest_remainder(members: &[usize], seats: usize) -> Vec<usize> {
    let total: usize = members.iter().sum::<usize>().max(1);
    let mut given: Vec<usize> = members.iter().map(|members| members * seats / total).collect();
    while given.iter().sum::<usize>() < seats {
        // In units of a seat over the total: whole numbers.
        let below =
            |class: usize| (members[class] * seats) as i128 - (given[class] * total) as i128;
        let mut first = 0;
        for class in 1..members.len() {
            if below(class) > below(first) {
                first = class;
            }
        }
        given[first] += 1;
    }
    given
}
