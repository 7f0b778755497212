use std::cmp::Ordering;

use super::profiles::Segments;
use super::segment::Common;

/// A point that two profiles have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// For each of the two profiles the rows of the trace before and of the trace after the point,
    /// in the order of the profile. At a vertex it is the one after, but for the first of a
    /// profile, where it is the one before; where a profile comes by more than once, the first time.
    pub rows: [[u32; 2]; 2],
    /// Where it is. At a vertex exactly there.
    pub point: [f64; 2],
}

/// A point that two segments have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Contact {
    segments: [u32; 2],
    point: [f64; 2],
    /// Whether it is an end of one of the two.
    end: bool,
}

impl Contact {
    /// Finds what two segments have in common.
    #[inline]
    pub(super) fn find(segments: Segments<'_>, a: u32, b: u32, found: &mut Vec<Self>) {
        // Segments of the lower profile come first, so that the place of a crossing does not depend
        // on who was found first.
        let (a, b) = (a.min(b), a.max(b));
        // Minus zero is zero.
        let contact = |point: [f64; 2], end| Self {
            segments: [a, b],
            point: point.map(|coordinate| coordinate + 0.0),
            end,
        };
        match segments.segment(a).common(&segments.segment(b)) {
            Common::None => {}
            Common::Crossing(point) => found.push(contact(point, false)),
            Common::End(point) => found.push(contact(point, true)),
            Common::Stretch(ends) => found.extend(ends.map(|point| contact(point, true))),
        }
    }

    fn profiles(&self, segments: Segments<'_>) -> [u32; 2] {
        self.segments.map(|segment| segments.profile(segment))
    }

    /// How far along its first segment it is.
    fn along(&self, segments: Segments<'_>) -> f64 {
        let [start, _] = segments.segment(self.segments[0]).ends;
        (self.point[0] - start[0]).abs() + (self.point[1] - start[1]).abs()
    }
}

/// Each point once, in the order of the profiles, and then along the first of the two.
pub(super) fn settle(segments: Segments<'_>, mut found: Vec<Contact>) -> Vec<Crossing> {
    let profiles = |contact: &Contact| contact.profiles(segments);
    let by_point = |a: &Contact, b: &Contact| -> Ordering {
        let axis = |axis: usize| a.point[axis].total_cmp(&b.point[axis]);
        (profiles(a).cmp(&profiles(b)))
            .then_with(|| axis(0).then_with(|| axis(1)))
            .then_with(|| a.end.cmp(&b.end).then_with(|| a.segments.cmp(&b.segments)))
    };
    found.sort_unstable_by(by_point);
    // Several segments meet in a vertex, and two segments may share several cells.
    found.dedup_by(|later, kept| {
        (later.point, later.end) == (kept.point, kept.end)
            && profiles(later) == profiles(kept)
            && (kept.end || later.segments == kept.segments)
    });
    found.sort_unstable_by(|a, b| {
        (profiles(a).cmp(&profiles(b)))
            .then_with(|| a.segments[0].cmp(&b.segments[0]))
            .then_with(|| a.along(segments).total_cmp(&b.along(segments)))
            .then_with(|| a.segments[1].cmp(&b.segments[1]))
            .then_with(|| by_point(a, b))
    });
    let crossing = |contact: &Contact| Crossing {
        rows: contact.segments.map(|segment| segments.rows(segment)),
        point: contact.point,
    };
    found.iter().map(crossing).collect()
}
