//! Crossings by the definition: each segment against each, and no place twice, in exact fractions.

use std::cmp::Ordering;

use super::contact::Crossing;
use super::exact::Exact;
use super::place::{exact_place, exact_side};
use super::profiles::{Profiles, Segments};
use super::segment::{Common, Segment};

/// A point that two profiles have in common, and what it is compared and sorted by.
struct Found {
    profiles: [u32; 2],
    segments: [u32; 2],
    along: f64,
    place: Place,
    crossing: Crossing,
}

/// A point as fractions.
struct Place {
    numerators: [Exact; 2],
    denominator: Exact,
}

impl Place {
    fn of_float(point: [f64; 2]) -> Self {
        Self { numerators: point.map(Exact::new), denominator: Exact::new(1.0) }
    }

    fn of_crossing(first: &Segment, second: &Segment) -> Self {
        let [c, d] = second.ends;
        let [to_a, to_b] = first.ends.map(|end| exact_side(c, d, end).abs());
        let numerator = |axis: usize| {
            let [a, b] = first.ends.map(|end| Exact::new(end[axis]));
            a.times(&to_b).plus(&b.times(&to_a))
        };
        Self { numerators: [0, 1].map(numerator), denominator: to_a.plus(&to_b) }
    }

    fn is(&self, other: &Self) -> bool {
        (0..2).all(|axis| {
            let left = self.numerators[axis].times(&other.denominator);
            let right = other.numerators[axis].times(&self.denominator);
            left.minus(&right).sign() == Ordering::Equal
        })
    }
}

/// As [`Profiles::crossings`].
pub fn crossings(profiles: &Profiles, within: bool) -> Vec<Crossing> {
    let segments = Segments::of(profiles, within);
    let mut found: Vec<Found> = Vec::new();
    // In the order of the profiles, as the segments are.
    for (at, &first) in segments.starts().iter().enumerate() {
        for &second in &segments.starts()[at + 1..] {
            if segments.group(first) == segments.group(second) {
                continue;
            }
            let (a, b) = (segments.segment(first), segments.segment(second));
            let ends: Vec<[f64; 2]> = match a.common(&b) {
                Common::None | Common::Crossing(_) => vec![],
                Common::End(point) => vec![point],
                Common::Stretch(ends) => ends.to_vec(),
            };
            let mut points: Vec<(Place, [f64; 2])> =
                ends.into_iter().map(|point| (Place::of_float(point), point)).collect();
            if let Common::Crossing(_) = a.common(&b) {
                let point = [0, 1].map(|axis| exact_place(a.ends, b.ends, axis) + 0.0);
                points.push((Place::of_crossing(&a, &b), point));
            }
            for (place, point) in points {
                let profiles = [first, second].map(|start| segments.profile(start));
                // Equal places round alike.
                let is_same = |other: &Found| {
                    let alike = other.profiles == profiles && other.crossing.point == point;
                    alike && other.place.is(&place)
                };
                if found.iter().any(is_same) {
                    continue;
                }
                let from = a.ends[0];
                let along = (point[0] - from[0]).abs() + (point[1] - from[1]).abs();
                let rows = [first, second].map(|start| segments.rows(start));
                let (segments, crossing) = ([first, second], Crossing { rows, point });
                found.push(Found { profiles, segments, along, place, crossing });
            }
        }
    }
    found.sort_by(|a, b| {
        (a.profiles.cmp(&b.profiles))
            .then_with(|| a.segments[0].cmp(&b.segments[0]))
            .then_with(|| a.along.total_cmp(&b.along))
            .then_with(|| a.segments[1].cmp(&b.segments[1]))
    });
    found.into_iter().map(|found| found.crossing).collect()
}
