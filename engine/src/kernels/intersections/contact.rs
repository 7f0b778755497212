use std::cmp::Ordering;

use hashbrown::HashSet;

use super::place::passes;
use super::profiles::Segments;
use super::segment::Common;
use crate::inside::side;

/// A point that two profiles have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// For each of the two profiles the rows of the trace before and of the trace after the point,
    /// in the order of the profile. At a vertex it is the one after, but for the first of a
    /// profile, where it is the one before; where a profile comes by more than once, the first time.
    pub rows: [[u32; 2]; 2],
    /// Where it is: each coordinate is the float nearest to the exact one. At a vertex exactly there.
    pub point: [f64; 2],
}

/// A point that two segments have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Contact {
    segments: [u32; 2],
    point: [f64; 2],
    /// Whether it is an end of one of the two, and so exactly where `point` says.
    end: bool,
}

/// Contacts from which repeats are sorted out: places by which profiles come very often are found
/// for each pair of segments, and all of these would not fit.
const MANY: usize = 1 << 16;

/// What segments have in common, each place of two profiles a few times at most.
pub(super) struct Contacts<'a> {
    segments: Segments<'a>,
    found: Vec<Contact>,
    /// As soon as there are more, repeats are sorted out.
    most: usize,
}

impl<'a> Contacts<'a> {
    pub(super) fn new(segments: Segments<'a>) -> Self {
        Self { segments, found: Vec::new(), most: MANY }
    }

    /// Adds what two segments have in common.
    #[inline]
    pub(super) fn find(&mut self, a: u32, b: u32) {
        // Segments of the lower profile come first.
        let (a, b) = (a.min(b), a.max(b));
        // Minus zero is zero.
        let contact = |point: [f64; 2], end| Contact {
            segments: [a, b],
            point: point.map(|coordinate| coordinate + 0.0),
            end,
        };
        match self.segments.segment(a).common(&self.segments.segment(b)) {
            Common::None => return,
            Common::Crossing(point) => self.found.push(contact(point, false)),
            Common::End(point) => self.found.push(contact(point, true)),
            Common::Stretch(ends) => self.found.extend(ends.map(|point| contact(point, true))),
        }
        self.limit();
    }

    /// Adds what others have found.
    pub(super) fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.limit();
    }

    fn limit(&mut self) {
        if self.found.len() > self.most {
            self.drop_repeats();
            self.most = MANY.max(2 * self.found.len());
        }
    }

    /// Keeps each place of two profiles once, with the first segments that go through it.
    fn drop_repeats(&mut self) {
        let segments = self.segments;
        let profiles = |contact: &Contact| contact.profiles(segments);
        self.found.sort_unstable_by(|a, b| {
            let axis = |axis: usize| a.point[axis].total_cmp(&b.point[axis]);
            (profiles(a).cmp(&profiles(b)))
                .then_with(|| axis(0).then_with(|| axis(1)))
                .then_with(|| a.segments.cmp(&b.segments).then_with(|| a.end.cmp(&b.end)))
        });
        let rounds_alike =
            |a: &Contact, b: &Contact| a.point == b.point && profiles(a) == profiles(b);
        let mut kept = 0;
        let mut first = 0;
        while first < self.found.len() {
            let alike = self.found[first..].iter();
            let len = alike.take_while(|contact| rounds_alike(&self.found[first], contact)).count();
            let mut places: Vec<Place> = Vec::new();
            for at in first..first + len {
                let contact = self.found[at];
                // Most points are alone, so that nothing is to be compared.
                if len > 1 {
                    if places.iter_mut().any(|place| place.is_of(segments, contact)) {
                        continue;
                    }
                    places.push(Place::new(contact));
                }
                self.found[kept] = contact;
                kept += 1;
            }
            first += len;
        }
        self.found.truncate(kept);
    }

    /// Each point once, in the order of the profiles, and then along the first of the two.
    pub(super) fn into_crossings(mut self) -> Vec<Crossing> {
        self.drop_repeats();
        let segments = self.segments;
        let profiles = |contact: &Contact| contact.profiles(segments);
        // Stable: the order of what rounding makes equal is that of the places.
        self.found.sort_by(|a, b| -> Ordering {
            (profiles(a).cmp(&profiles(b)))
                .then_with(|| a.segments[0].cmp(&b.segments[0]))
                .then_with(|| a.along(segments).total_cmp(&b.along(segments)))
                .then_with(|| a.segments[1].cmp(&b.segments[1]))
        });
        let crossing = |contact: &Contact| Crossing {
            rows: contact.segments.map(|segment| segments.rows(segment)),
            point: contact.point,
        };
        self.found.iter().map(crossing).collect()
    }
}

impl Contact {
    fn profiles(&self, segments: Segments<'_>) -> [u32; 2] {
        self.segments.map(|segment| segments.profile(segment))
    }

    /// How far along its first segment it is.
    fn along(&self, segments: Segments<'_>) -> f64 {
        let [start, _] = segments.segment(self.segments[0]).ends;
        (self.point[0] - start[0]).abs() + (self.point[1] - start[1]).abs()
    }
}

/// A place that is kept, to tell from it others that round alike.
struct Place {
    contact: Contact,
    /// Segments that are known to go through it, of either profile.
    through: [HashSet<u32>; 2],
}

impl Place {
    fn new(contact: Contact) -> Self {
        Self { contact, through: contact.segments.map(|segment| HashSet::from_iter([segment])) }
    }

    /// Whether a contact that rounds alike is at this very place.
    fn is_of(&mut self, segments: Segments<'_>, contact: Contact) -> bool {
        // Of a crossing it is enough that both segments go through a place, as they are not parallel.
        let both = |crossing: Contact, [x, y]: [f64; 2]| {
            crossing.segments.iter().all(|&segment| {
                let [a, b] = segments.segment(segment).ends;
                side(a, b, [x, y]) == 0.0
            })
        };
        match (self.contact.end, contact.end) {
            (true, true) => true,
            (true, false) => both(contact, self.contact.point),
            (false, true) => both(self.contact, contact.point),
            (false, false) => {
                let [first, second] = self.contact.segments.map(|at| segments.segment(at).ends);
                contact.segments.iter().zip(&mut self.through).all(|(&segment, through)| {
                    through.contains(&segment)
                        || (passes(segments.segment(segment).ends, first, second)
                            && through.insert(segment))
                })
            }
        }
    }
}
