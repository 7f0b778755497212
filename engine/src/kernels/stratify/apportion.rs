/// Gives each class its share of some seats: the whole part of its quota, and what is left over to
/// those with the largest remainders, of equal ones to the first.
///
/// The seats given add up to `seats`, and no class gets more of them than it has members, if there
/// are not more seats than members. Whole numbers all through: no remainder is rounded.
pub(super) fn apportion(members: &[usize], seats: usize) -> Vec<usize> {
    let total: usize = members.iter().sum();
    if total == 0 {
        return vec![0; members.len()];
    }
    let product = |members: usize| members as u128 * seats as u128;
    let mut given: Vec<usize> =
        members.iter().map(|&members| (product(members) / total as u128) as usize).collect();
    let left = seats - given.iter().sum::<usize>();
    if left == 0 {
        return given;
    }
    let mut by_remainder: Vec<(std::cmp::Reverse<u128>, usize)> = members
        .iter()
        .enumerate()
        .map(|(class, &members)| (std::cmp::Reverse(product(members) % total as u128), class))
        .collect();
    // Less seats are left than there are classes: each remainder is less than one seat.
    by_remainder.select_nth_unstable(left);
    for &(_, class) in &by_remainder[..left] {
        given[class] += 1;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::apportion;

    #[test]
    fn quotas_are_rounded_by_their_remainders() {
        // Quotas 2.5, 1.5, 1: the first of the two halves gets the seat.
        assert_eq!(apportion(&[5, 3, 2], 5), [3, 1, 1]);
        assert_eq!(apportion(&[3, 3, 3], 4), [2, 1, 1]);
        assert_eq!(apportion(&[1, 1, 1, 1], 2), [1, 1, 0, 0]);
        assert_eq!(apportion(&[7], 7), [7]);
        assert_eq!(apportion(&[4, 0, 6], 10), [4, 0, 6]);
        assert!(apportion(&[], 0).is_empty());
        assert_eq!(apportion(&[0, 0], 0), [0, 0]);
    }

    #[test]
    fn quotas_past_64_bits_are_exact() {
        let half = 1 << 62;
        // The quotas are half / 2 and a quarter more, and less; then a quarter and three less.
        assert_eq!(apportion(&[half, half - 1], half), [half / 2, half / 2]);
        assert_eq!(apportion(&[half, half - 1], half - 1), [half / 2, half / 2 - 1]);
    }
}
