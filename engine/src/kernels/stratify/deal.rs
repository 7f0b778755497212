use rayon::prelude::*;

use super::classes::Classes;
use crate::kernels::random::Random;
use crate::threads;

/// Rows from which classes are shared between threads.
const PARALLEL: usize = 1 << 14;

/// Gives each row one of its class's cards.
///
/// `fill` lays out the cards of a class: as many as it has rows. They are shuffled if there is a
/// seed, all orders equally likely, and dealt to the rows of the class from the first on.
pub(super) fn deal<T: Copy + Default + Send + Sync>(
    classes: &Classes,
    seed: Option<u64>,
    fill: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let mut cards = vec![T::default(); classes.codes().len()];
    let mut hands = Vec::with_capacity(classes.counts().len());
    let mut next = Vec::with_capacity(classes.counts().len());
    let (mut rest, mut first) = (cards.as_mut_slice(), 0);
    for (class, &count) in classes.counts().iter().enumerate() {
        let (hand, others) = rest.split_at_mut(count);
        hands.push((class, hand));
        next.push(first);
        rest = others;
        first += count;
    }
    let lay_out = |(class, hand): (usize, &mut [T])| {
        fill(class, hand);
        if let Some(seed) = seed {
            shuffle(hand, &mut Random::stream(seed, class as u64));
        }
    };
    if classes.codes().len() < PARALLEL {
        hands.into_iter().for_each(lay_out);
    } else {
        threads::install(|| hands.into_par_iter().for_each(lay_out));
    }
    let card = |&class: &u32| {
        let next = &mut next[class as usize];
        *next += 1;
        cards[*next - 1]
    };
    classes.codes().iter().map(card).collect()
}

/// Fisher and Yates.
pub(super) fn shuffle<T>(cards: &mut [T], random: &mut Random) {
    for last in (1..cards.len()).rev() {
        cards.swap(last, random.below(last as u64 + 1) as usize);
    }
}
