//! Crossings by the definition: each segment against each, and no point twice.

use super::contact::Crossing;
use super::profiles::{Profiles, Segments};
use super::segment::Common;

/// A point that two profiles have in common, and what it is told and sorted by.
struct Found {
    profiles: [u32; 2],
    segments: [u32; 2],
    along: f64,
    end: bool,
    crossing: Crossing,
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
            let (points, end) = match a.common(&b) {
                Common::None => (vec![], false),
                Common::Crossing(point) => (vec![point], false),
                Common::End(point) => (vec![point], true),
                Common::Stretch(ends) => (ends.to_vec(), true),
            };
            for point in points {
                let profiles = [first, second].map(|start| segments.profile(start));
                let told = |other: &Found| {
                    let same = other.profiles == profiles && other.crossing.point == point;
                    end && other.end && same
                };
                if found.iter().any(told) {
                    continue;
                }
                let from = a.ends[0];
                let along = (point[0] - from[0]).abs() + (point[1] - from[1]).abs();
                let rows = [first, second].map(|start| segments.rows(start));
                let (segments, crossing) = ([first, second], Crossing { rows, point });
                found.push(Found { profiles, segments, along, end, crossing });
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
