//! Random numbers that can be drawn anywhere: the i-th of a stream is a hash of seed and i.

/// SplitMix64 (Steele, Lea and Flood, 2014): a counter, mixed.
///
/// Streams of one seed are drawn from independently, so that work can be cut among threads without
/// a change of what is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

/// 2^64 over the golden ratio, made odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The stream of that number.
    pub(crate) fn stream(seed: u64, stream: u64) -> Self {
        Self { state: mix(mix(seed.wrapping_add(GAMMA)) ^ stream.wrapping_mul(GAMMA)) }
    }

    /// Any `u64`.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// Any number below `bound`, all of them equally likely; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The high half of a product is a number below the bound; where the low half is among the
        // few that would make some numbers likelier than others, draw again (Lemire, 2019).
        let mut product = u128::from(self.next()) * u128::from(bound);
        if (product as u64) < bound {
            let unfair = bound.wrapping_neg() % bound;
            while (product as u64) < unfair {
                product = u128::from(self.next()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// A number from 0 up to, but not including, 1, with 53 random bits.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn numbers_below_a_bound_are_equally_likely() {
        for bound in [1, 2, 3, 7, 10] {
            let mut random = Random::stream(1, bound);
            let mut counts = vec![0_u64; bound as usize];
            for _ in 0..70_000 {
                counts[random.below(bound) as usize] += 1;
            }
            let expected = 70_000 / bound;
            let deviation = 5 * (expected as f64).sqrt() as u64;
            assert!(counts.iter().all(|count| count.abs_diff(expected) <= deviation), "{counts:?}");
        }
    }

    #[test]
    fn streams_and_seeds_differ() {
        let first = |seed, stream| Random::stream(seed, stream).next();
        let drawn = [first(0, 0), first(0, 1), first(1, 0), first(1, 1), first(u64::MAX, 0)];
        for (at, number) in drawn.iter().enumerate() {
            assert!(!drawn[..at].contains(number));
        }
    }

    #[test]
    fn units_are_below_one() {
        let mut random = Random::stream(3, 4);
        let units: Vec<f64> = (0..10_000).map(|_| random.unit()).collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        let mean = units.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02);
    }
}
