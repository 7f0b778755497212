use rayon::prelude::*;

use super::contact::Contacts;
use super::profiles::Segments;
use super::segment::Segment;
use crate::stop::Current;
use crate::threads;

/// So few segments are held against each other without a grid.
const FEW: usize = 48;

/// Segments of a cell on average, if all were as short as a cell.
const PER_CELL: usize = 8;

/// Most cells along an axis.
const MOST_CELLS: usize = 1024;

/// Most entries of a grid for each of its segments: long segments are in many cells.
const MOST_ENTRIES: usize = 4;

/// Cells are larger than the greatest coordinate times this, which is far more than rounding.
const FINEST: f64 = 1e-9;

/// How far a segment may lie beside a cell and still be listed in it, in cells: more than what
/// rounding can hide, where cells are at least [`FINEST`].
const MARGIN: f64 = 0.01;

/// Deepest grid within grids.
const DEEPEST: usize = 24;

/// Fewest segments of a task.
const PIECE: usize = 1 << 14;

/// Most segments of a run.
const RUN: usize = 16;

/// Most cells in the box of a run for which that is asked instead of its segments.
const FEW_CELLS: usize = 4;

/// A cell of no group.
const EMPTY: u32 = u32::MAX;
/// A cell of several groups.
const MIXED: u32 = u32::MAX - 1;

/// Finds what segments of different groups have in common; some of it once the work is stopped.
pub(super) fn contacts<'a>(segments: Segments<'a>, stop: &Current) -> Contacts<'a> {
    within(segments, segments.starts().to_vec(), 0, stop)
}

/// The same of some of the segments; some of it once the work is stopped.
fn within<'a>(
    segments: Segments<'a>,
    mut members: Vec<u32>,
    depth: usize,
    stop: &Current,
) -> Contacts<'a> {
    let none = || Contacts::new(segments);
    if stop.is_stopped() {
        return none();
    }
    if members.len() > FEW
        && depth < DEEPEST
        && let Some(cells) = Cells::new(segments, &members)
    {
        let held = |mut found: Contacts<'a>, cell: &[u32]| {
            // A grid that does not part its segments is not tried again.
            let depth = if cell.len() * 4 > members.len() * 3 { DEEPEST } else { depth + 1 };
            found.append(within(segments, cell.to_vec(), depth, stop));
            found
        };
        let found = cells.mixed().into_par_iter().with_min_len(64).fold(none, held);
        return found.reduce(none, |mut all, more| {
            all.append(more);
            all
        });
    }
    let mut found = none();
    if members.len() > FEW {
        drop_repeats(segments, &mut members);
    }
    swept(segments, &mut members, &mut found, stop);
    found
}

/// Keeps of the segments of a profile between the same two places the first: the others have nothing
/// in common with anything that it has not.
fn drop_repeats(segments: Segments<'_>, members: &mut Vec<u32>) {
    let bits = |[x, y]: [f64; 2]| [x + 0.0, y + 0.0].map(f64::to_bits);
    let key = |&member: &u32| {
        let [a, b] = segments.segment(member).ends.map(bits);
        (segments.profile(member), a.min(b), a.max(b))
    };
    members.sort_unstable_by_key(|member| (key(member), *member));
    members.dedup_by_key(|member| key(member));
}

/// Holds segments against each other that share a stretch of the x axis.
fn swept(segments: Segments<'_>, members: &mut [u32], found: &mut Contacts<'_>, stop: &Current) {
    let left = |member: &u32| segments.segment(*member).span(0)[0];
    members.sort_unstable_by(|a, b| left(a).total_cmp(&left(b)));
    for (at, &a) in members.iter().enumerate() {
        if stop.is_stopped() {
            return;
        }
        let (first, group) = (segments.segment(a), segments.group(a));
        let ([_, right], [low, high]) = (first.span(0), first.span(1));
        for &b in &members[at + 1..] {
            let second = segments.segment(b);
            if second.span(0)[0] > right {
                break;
            }
            let [other_low, other_high] = second.span(1);
            if segments.group(b) != group && other_low <= high && low <= other_high {
                found.find(a, b);
            }
        }
    }
}

/// The cells of a grid with the segments that pass through each.
///
/// Every point that two segments have in common lies in a cell that lists both: cells are found by a
/// function that never falls as a coordinate grows, and beyond that the margin is for rounding.
struct Cells {
    /// Where the entries of each cell begin, and the end; none for a cell of one group.
    starts: Vec<usize>,
    entries: Vec<u32>,
}

impl Cells {
    /// `None` where a grid would not part the segments.
    fn new(segments: Segments<'_>, members: &[u32]) -> Option<Self> {
        let mut per_axis = ((members.len() / PER_CELL) as f64).sqrt() as usize;
        per_axis = per_axis.clamp(2, MOST_CELLS);
        let runs: Vec<Vec<Run>> = pieces(members).map(|piece| Run::all(segments, piece)).collect();
        let bounds = around_all(runs.iter().flatten().map(|run| run.bounds));
        let most = MOST_ENTRIES * members.len() + FEW;
        while per_axis >= 2 {
            let grid = Grid::new(bounds, per_axis);
            if grid.counts == [1, 1] {
                return None;
            }
            let groups = runs
                .par_iter()
                .map(|runs| Groups::of(segments, runs, &grid, most))
                .reduce_with(Groups::and)?;
            if groups.entries <= most {
                return Some(Self::of(segments, &runs, &grid, &groups));
            }
            per_axis /= 2;
        }
        None
    }

    /// Lists the segments of the cells of several groups.
    fn of(segments: Segments<'_>, runs: &[Vec<Run>], grid: &Grid, groups: &Groups) -> Self {
        let is_mixed = |cell: usize| groups.of_cell[cell] == MIXED;
        let listed = |runs: &Vec<Run>| {
            let mut listed = Vec::new();
            for run in runs {
                if grid.few_cells(run).is_some_and(|mut cells| !cells.any(is_mixed)) {
                    continue;
                }
                for &at in run.members {
                    grid.each_cell(&segments.segment(at), |cell| {
                        if is_mixed(cell) {
                            listed.push((cell as u32, at));
                        }
                    });
                }
            }
            listed
        };
        let listed: Vec<Vec<(u32, u32)>> = runs.par_iter().map(listed).collect();
        let mut starts = vec![0; grid.len() + 1];
        for (cell, _) in listed.iter().flatten() {
            starts[*cell as usize + 1] += 1;
        }
        for cell in 0..grid.len() {
            starts[cell + 1] += starts[cell];
        }
        let mut entries = vec![0; starts[grid.len()]];
        let mut next = starts.clone();
        for &(cell, at) in listed.iter().flatten() {
            let next = &mut next[cell as usize];
            entries[*next] = at;
            *next += 1;
        }
        Self { starts, entries }
    }

    /// The segments of each cell of several groups.
    fn mixed(&self) -> Vec<&[u32]> {
        let cells = self.starts.windows(2).map(|ends| &self.entries[ends[0]..ends[1]]);
        cells.filter(|cell| !cell.is_empty()).collect()
    }
}

/// Segments of one task.
fn pieces(members: &[u32]) -> rayon::slice::Chunks<'_, u32> {
    members.par_chunks(members.len().div_ceil(threads::count()).max(PIECE))
}

/// Segments that follow each other in a profile. Most of them lie in a cell or two together, so
/// that they need not be looked at one by one.
struct Run<'a> {
    members: &'a [u32],
    /// The box around them.
    bounds: Bounds,
}

impl<'a> Run<'a> {
    /// Takes segments, which are in ascending order, apart.
    fn all(segments: Segments<'_>, members: &'a [u32]) -> Vec<Self> {
        let next = |a: &u32, b: &u32| *b == a + 1 && segments.profile(*a) == segments.profile(*b);
        let runs = members.chunk_by(next).flat_map(|members| members.chunks(RUN));
        let run = |members: &'a [u32]| {
            let spans = members.iter().map(|&at| {
                let segment = segments.segment(at);
                [0, 1].map(|axis| segment.span(axis))
            });
            Self { members, bounds: around_all(spans) }
        };
        runs.map(run).collect()
    }
}

/// A box: least and greatest coordinate of each axis.
type Bounds = [[f64; 2]; 2];

/// The box around boxes.
fn around_all(boxes: impl Iterator<Item = Bounds>) -> Bounds {
    let none = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    boxes.fold(none, |all, one| {
        [0, 1].map(|axis| [all[axis][0].min(one[axis][0]), all[axis][1].max(one[axis][1])])
    })
}

/// Of which groups the segments of each cell are.
struct Groups {
    of_cell: Vec<u32>,
    /// Segments of all cells together.
    entries: usize,
}

impl Groups {
    /// Given up where there are more than `most` entries.
    fn of(segments: Segments<'_>, runs: &[Run<'_>], grid: &Grid, most: usize) -> Self {
        let (mut of_cell, mut entries) = (vec![EMPTY; grid.len()], 0);
        for run in runs {
            let (members, group) = (run.members, segments.group(run.members[0]));
            let mut tell = |cell: usize, segments: usize| {
                of_cell[cell] = both(of_cell[cell], group);
                entries += segments;
            };
            match grid.few_cells(run) {
                Some(cells) => cells.for_each(|cell| tell(cell, members.len())),
                None => members.iter().for_each(|&at| {
                    grid.each_cell(&segments.segment(at), |cell| tell(cell, 1));
                }),
            }
            if entries > most {
                break;
            }
        }
        Self { of_cell, entries }
    }

    fn and(mut self, other: Self) -> Self {
        self.entries += other.entries;
        for (group, other) in self.of_cell.iter_mut().zip(other.of_cell) {
            *group = both(*group, other);
        }
        self
    }
}

fn both(a: u32, b: u32) -> u32 {
    match (a, b) {
        (EMPTY, other) | (other, EMPTY) => other,
        (a, b) if a == b => a,
        _ => MIXED,
    }
}

/// Where the cells are.
struct Grid {
    counts: [usize; 2],
    origin: [f64; 2],
    size: [f64; 2],
    per_unit: [f64; 2],
}

impl Grid {
    /// Cuts a box into as many cells along each axis, into one where that would be too fine.
    fn new(bounds: Bounds, per_axis: usize) -> Self {
        let greatest =
            bounds.as_flattened().iter().fold(0.0_f64, |most, edge| most.max(edge.abs()));
        let cell = |[low, high]: [f64; 2]| (high - low) / per_axis as f64;
        let counts = bounds.map(|edges| {
            let size = cell(edges);
            if size > greatest * FINEST && size > f64::MIN_POSITIVE / FINEST { per_axis } else { 1 }
        });
        let size = bounds.map(cell);
        let per_unit = [0, 1].map(|axis| if counts[axis] == 1 { 0.0 } else { 1.0 / size[axis] });
        Self { counts, origin: bounds.map(|[low, _]| low), size, per_unit }
    }

    fn len(&self) -> usize {
        self.counts[0] * self.counts[1]
    }

    /// The cell of a coordinate along an axis, the nearest where it is outside.
    #[inline(always)]
    fn cell(&self, axis: usize, coordinate: f64) -> usize {
        let place = (coordinate - self.origin[axis]) * self.per_unit[axis];
        (place as usize).min(self.counts[axis] - 1)
    }

    /// The first and last cell of each axis that a box touches, and how many these are in all.
    #[inline(always)]
    fn boxed(&self, bounds: Bounds) -> ([[usize; 2]; 2], usize) {
        let boxed = [0, 1].map(|axis| bounds[axis].map(|edge| self.cell(axis, edge)));
        let [columns, rows] = boxed.map(|[first, last]| last - first + 1);
        (boxed, columns * rows)
    }

    /// The cells of a box.
    #[inline(always)]
    fn cells(&self, [columns, rows]: [[usize; 2]; 2]) -> impl Iterator<Item = usize> {
        (rows[0]..=rows[1]).flat_map(move |row| {
            (columns[0]..=columns[1]).map(move |column| row * self.counts[0] + column)
        })
    }

    /// The cells that a run touches, and perhaps some beside it, if these are few.
    #[inline(always)]
    fn few_cells(&self, run: &Run<'_>) -> Option<impl Iterator<Item = usize>> {
        let (boxed, cells) = self.boxed(run.bounds);
        (cells <= FEW_CELLS).then(|| self.cells(boxed))
    }

    /// Tells the cells that a segment may pass through, each once.
    #[inline(always)]
    fn each_cell(&self, segment: &Segment, mut tell: impl FnMut(usize)) {
        let (boxed, cells) = self.boxed([segment.span(0), segment.span(1)]);
        let [columns, rows] = boxed.map(|[first, last]| last - first + 1);
        if columns == 1 || rows == 1 || cells <= FEW_CELLS {
            self.cells(boxed).for_each(tell);
            return;
        }
        let mut cell = |column: usize, row: usize| tell(row * self.counts[0] + column);
        // From cell to cell along the axis with more of them: across, it is a cell or two.
        let axis = usize::from(rows > columns);
        for along in boxed[axis][0]..=boxed[axis][1] {
            let [first, last] = self.across(segment, axis, along, boxed);
            for across in first..=last {
                if axis == 0 { cell(along, across) } else { cell(across, along) }
            }
        }
    }

    /// The first and last cell of the other axis in which a segment passes through a cell of this.
    fn across(
        &self,
        segment: &Segment,
        axis: usize,
        along: usize,
        boxed: [[usize; 2]; 2],
    ) -> [usize; 2] {
        let other = 1 - axis;
        let [a, b] = segment.ends;
        let border = |cell: usize| self.origin[axis] + cell as f64 * self.size[axis];
        let at = |place: f64| {
            let share = ((place - a[axis]) / (b[axis] - a[axis])).clamp(0.0, 1.0);
            a[other] + share * (b[other] - a[other])
        };
        let (from, to) = (at(border(along)), at(border(along + 1)));
        let margin = MARGIN * self.size[other];
        let [first, last] = [from.min(to) - margin, from.max(to) + margin];
        let [least, most] = boxed[other];
        [self.cell(other, first).max(least), self.cell(other, last).min(most)]
    }
}
