use crate::protocol::{NONE, Result};
use crate::ranked::Ranked;
use crate::search::Index;

/// Centers per step: enough for the compiler to compare them with vector instructions.
const STEP: usize = 8;

/// No index: scans the centers in order of area until one is near.
pub struct Brute {
    xs: Vec<[f64; STEP]>,
    ys: Vec<[f64; STEP]>,
    max_dist_2: f64,
}

impl Brute {
    /// Splits the centers into steps; the last is filled up with NaN centers, which are never near.
    pub fn build(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let steps = |axis: usize| {
            let fill = |step: &[[f64; 2]]| {
                let mut filled = [f64::NAN; STEP];
                for (value, center) in filled.iter_mut().zip(step) {
                    *value = center[axis];
                }
                filled
            };
            ranked.centers.chunks(STEP).map(fill).collect()
        };
        Ok(Box::new(Self { xs: steps(0), ys: steps(1), max_dist_2: ranked.max_dist_2() }))
    }

    fn first_near(&self, x: f64, y: f64) -> u32 {
        for (at, (xs, ys)) in self.xs.iter().zip(&self.ys).enumerate() {
            let mut dist_2 = [0.0; STEP];
            for (dist_2, (cx, cy)) in dist_2.iter_mut().zip(xs.iter().zip(ys)) {
                let (dx, dy) = (x - cx, y - cy);
                *dist_2 = dx * dx + dy * dy;
            }
            let near = |dist_2: &f64| *dist_2 < self.max_dist_2;
            // Test all of them without a branch: most steps have no near center.
            if dist_2.iter().fold(false, |any, dist_2| any | near(dist_2)) {
                return (at * STEP + dist_2.iter().take_while(|d| !near(d)).count()) as u32;
            }
        }
        NONE
    }
}

impl Index for Brute {
    fn answer(&self, xs: &[f64], ys: &[f64], ranks: &mut [u32]) {
        for ((rank, &x), &y) in ranks.iter_mut().zip(xs).zip(ys) {
            *rank = self.first_near(x, y);
        }
    }
}
