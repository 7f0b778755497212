//! Points in blocks of [`LANES`], the coordinates of a dimension side by side: what the processor
//! can take at once.

/// Points of a block. The last block of a leaf is filled up with lanes that do not count.
pub(super) const LANES: usize = 16;

/// A coordinate of each point of a block.
pub(super) type Lanes = [f64; LANES];

/// The row of a lane that does not count.
pub(super) const NO_ROW: u32 = u32::MAX;

/// Squared distance of each point of a block to a centre: the squares of the differences, added up
/// in the order of the dimensions.
#[inline(always)]
pub(super) fn distances_2(block: &[Lanes], center: &[f64]) -> Lanes {
    let mut distances_2 = [0.0; LANES];
    for (coordinates, center) in block.iter().zip(center) {
        for (distance_2, coordinate) in distances_2.iter_mut().zip(coordinates) {
            let difference = coordinate - center;
            *distance_2 += difference * difference;
        }
    }
    distances_2
}

/// The nearest of some centres for each point of a block, and its squared distance.
///
/// `candidates` are row numbers of `centers`, ascending; of equally near ones the first is taken.
#[inline(always)]
pub(super) fn nearest(
    block: &[Lanes],
    centers: &[f64],
    candidates: &[u32],
) -> ([u64; LANES], Lanes) {
    let dims = block.len();
    let mut nearest = [candidates.first().copied().map_or(0, u64::from); LANES];
    let mut least = [f64::INFINITY; LANES];
    for &candidate in candidates {
        let first = candidate as usize * dims;
        let distances_2 = distances_2(block, &centers[first..first + dims]);
        for lane in 0..LANES {
            let nearer = distances_2[lane] < least[lane];
            least[lane] = if nearer { distances_2[lane] } else { least[lane] };
            nearest[lane] = if nearer { u64::from(candidate) } else { nearest[lane] };
        }
    }
    (nearest, least)
}
