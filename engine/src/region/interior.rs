use std::hint::black_box;
use std::ops::Range;

use super::{Cell, OpenCells, Regions, Relation, bulk};
use crate::cover::{FINAL, Lattice};
use crate::error::{Error, Result};
use crate::inside::{crosses_path, is_on, leaves_to_the_right, side};
use crate::polygons::Polygons;
use crate::stop::Current;

/// The parts of polygons, boundary included and holes excluded, by rank.
///
/// A cell keeps only the edges that come near it, and whether the part covers the cell's corner: the
/// corner and a point of the cell lie on different sides when an odd number of those edges cross a
/// path between them. So the cost of a test follows the edges in the cell, not the vertices of the
/// polygon, and no other edge can matter. An edge that is kept without need does no harm.
///
/// An entry is the rank and the runs of edges that follow each other, two words each: the first
/// edge, and how many there are, marked at the [`LAST`] run. The first run tells besides whether
/// the corner is [`INSIDE`].
#[derive(Debug)]
pub(crate) struct Interiors {
    /// Of all rings, each closed. Edge `e` goes from vertex `e` to the next; from the last vertex
    /// of a ring there is none.
    vertices: Vec<[f64; 2]>,
    /// Ring `r` has the vertices `rings[r]..rings[r + 1]`.
    rings: Vec<u32>,
    /// Part `p` has the rings `parts[p]..parts[p + 1]`.
    parts: Vec<u32>,
    /// By rank: the smallest box that holds the part.
    boxes: Vec<Cell>,
    /// How likely it is that the box of a part has a point of the plane between the outermost.
    chance: f64,
    /// How many edges of a part are looked at for a point of that plane, on an average.
    edges_at_random: f64,
}

/// Marks the last run of an entry.
const LAST: u32 = 1 << 31;
/// Marks an entry whose part covers the corner of the cell.
const INSIDE: u32 = 1 << 30;
/// Most edges in a run.
const MOST_EDGES: u32 = INSIDE - 1;

impl Interiors {
    /// The parts of these rows in order, and for each part its row.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for more than 2^32 - 1 vertices.
    pub(crate) fn of_rows(polygons: &Polygons, rows: &[u32]) -> Result<(Self, Vec<u32>)> {
        let too_many = |_| {
            let message = format!("expected at most {} vertices", u32::MAX);
            Error::Parameter { parameter: "polygons", message }
        };
        // Room for a vertex more in each ring, which closes it.
        let most = polygons.vertices() + polygons.ring_count();
        let mut vertices = Vec::with_capacity(most);
        let (mut rings, mut parts, mut boxes) = (vec![0], vec![0], vec![]);
        let mut part_rows = vec![];
        let current = Current::get();
        for &row in rows {
            current.check()?;
            for part in polygons.get(row as usize).into_iter().flat_map(|polygon| polygon.parts()) {
                let mut bounds = Cell::EMPTY;
                for ring in std::iter::once(part.exterior()).chain(part.holes()) {
                    let open = ring.open();
                    let around = open.x.iter().zip(open.y).map(|(&x, &y)| [x, y]);
                    vertices.extend(around.clone().chain(around.clone().take(1)));
                    bounds = around.fold(bounds, Cell::with);
                    rings.push(u32::try_from(vertices.len()).map_err(too_many)?);
                }
                parts.push(rings.len() as u32 - 1);
                boxes.push(bounds);
                part_rows.push(row);
            }
        }
        let around = boxes.iter().fold(Cell::EMPTY, |all, part: &Cell| {
            all.with([part.x0, part.y0]).with([part.x1, part.y1])
        });
        let (chance, edges_at_random) = (0.0, 0.0);
        let mut interiors = Self { vertices, rings, parts, boxes, chance, edges_at_random };
        for rank in 0..interiors.boxes.len() {
            let share = interiors.boxes[rank].share_of(&around) / interiors.boxes.len() as f64;
            interiors.chance += share;
            interiors.edges_at_random += share * interiors.edges(rank as u32).count() as f64;
        }
        Ok((interiors, part_rows))
    }

    /// The ranges of the vertices of a part's rings.
    fn rings(&self, rank: u32) -> impl Iterator<Item = Range<u32>> {
        let rank = rank as usize;
        let ends = &self.rings[self.parts[rank] as usize..=self.parts[rank + 1] as usize];
        ends.windows(2).map(|ends| ends[0]..ends[1])
    }

    /// The edges of a part.
    fn edges(&self, rank: u32) -> impl Iterator<Item = u32> {
        self.rings(rank).flat_map(|ring| ring.start..ring.end.saturating_sub(1).max(ring.start))
    }

    #[inline]
    fn ends(&self, edge: u32) -> [[f64; 2]; 2] {
        let edge = edge as usize;
        [self.vertices[edge], self.vertices[edge + 1]]
    }
}

impl Regions for Interiors {
    const FROM_CORNERS: bool = true;
    const LONG_LIST: usize = 12;
    const VERY_LONG_LIST: usize = 24;

    /// Parts do not fill their boxes, and the first in rank order are small.
    fn chance(&self) -> f64 {
        0.4 * self.chance
    }

    fn test_cost(&self) -> f64 {
        8.0 + 4.0 * self.edges_at_random
    }

    fn index_cost(&self) -> usize {
        self.vertices.len().saturating_mul(256)
    }

    fn contenders(&self) -> Vec<u32> {
        (0..self.boxes.len() as u32).collect()
    }

    /// A cell with edges takes some times as long as one with discs.
    fn borders(&self, _regions: usize) -> usize {
        self.vertices.len().saturating_mul(4)
    }

    fn bounds(&self) -> Cell {
        // Places far out cost more than in other regions: every edge there is in one cell.
        let range = |low: fn(&Cell) -> f64, high: fn(&Cell) -> f64| {
            let [[low, _], [_, high]] =
                [low, high].map(|end| bulk(self.boxes.iter().map(end), 4.0));
            [low, high]
        };
        let ([x0, x1], [y0, y1]) = (range(|b| b.x0, |b| b.x1), range(|b| b.y0, |b| b.y1));
        Cell { x0, x1, y0, y1 }
    }

    fn visit(&self, rank: u32, lattice: &Lattice, rows: Range<u32>, cells: &mut impl OpenCells) {
        let bounds = &self.boxes[rank as usize];
        let reached = lattice.row(bounds.y0)..lattice.row(bounds.y1) + 1;
        let rows = rows.start.max(reached.start)..rows.end.min(reached.end);
        if rows.is_empty() {
            return;
        }
        let (mut near, mut crossings) = (vec![], vec![]);
        for edge in self.edges(rank) {
            if cells.is_stopped() {
                return;
            }
            let ends = self.ends(edge);
            cells_near(ends, lattice, &rows, |row, column| near.push((row, column, edge)));
            crossings.extend(corner_lines_crossed(ends, lattice, &rows));
        }
        near.sort_unstable();
        crossings.sort_unstable();

        let mut words = vec![];
        let mut crossings = crossings.into_iter().peekable();
        for in_row in near.chunk_by(|a, b| a.0 == b.0) {
            let row = in_row[0].0;
            let mut crossed = 0;
            // Rings are closed, so of the crossings of a row an even number is passed in the end.
            let mut covers_corner = |column| {
                while crossings.next_if(|&(r, left)| r == row && left <= column).is_some() {
                    crossed += 1;
                }
                crossed % 2 == 1
            };
            let mut next = in_row[0].1;
            for in_cell in in_row.chunk_by(|a, b| a.1 == b.1) {
                let column = in_cell[0].1;
                // No edge comes near the cells between: all are covered, or none.
                if next < column && covers_corner(next) {
                    next = cells.next_open(row, next);
                    while next < column {
                        cells.cover(row, next);
                        next = cells.next_open(row, next + 1);
                    }
                }
                let inside = covers_corner(column);
                if cells.next_open(row, column) == column {
                    words.clear();
                    push_runs(in_cell.iter().map(|&(.., edge)| edge), inside, &mut words);
                    cells.touch(row, column, &words);
                }
                next = column + 1;
            }
            while crossings.next_if(|&(r, _)| r == row).is_some() {}
        }
    }

    fn refine(
        &self,
        list: &[u32],
        from: [f64; 2],
        cell: &Cell,
        corner: [f64; 2],
        out: &mut Vec<u32>,
    ) -> Relation {
        let mut inside = list[2] & INSIDE != 0;
        let start = out.len();
        out.push(list[0]);
        let near = runs(&list[1..]).flatten().filter(|&edge| {
            let [a, b] = self.ends(edge);
            inside ^= crosses_path(a, b, from, corner);
            comes_near([a, b], cell)
        });
        push_runs(near, false, out);
        if out.len() > start + 1 {
            out[start + 2] |= if inside { INSIDE } else { 0 };
            return Relation::Touches;
        }
        out.truncate(start);
        if inside { Relation::Covers } else { Relation::Outside }
    }

    fn entry_len(list: &[u32]) -> usize {
        1 + 2 * runs(&list[1..]).count()
    }

    fn weight(entry: &[u32]) -> usize {
        1 + runs(&entry[1..]).map(|run| run.len()).sum::<usize>()
    }

    #[inline]
    fn preload(&self, lists: &[u32], at: u32) {
        if let [rank, first, count, ..] = lists[at as usize..]
            && rank & FINAL == 0
        {
            let [first, count] = [first, count & MOST_EDGES].map(|n| n as usize);
            black_box((self.vertices[first], self.vertices[first + count]));
        }
    }

    #[inline]
    fn test(
        &self,
        lists: &[u32],
        at: u32,
        point: [f64; 2],
        corner: impl Fn() -> [f64; 2],
    ) -> (bool, u32) {
        let list = &lists[at as usize..];
        if list[0] & FINAL != 0 {
            return (true, at + 1);
        }
        let corner = corner();
        let mut inside = list[2] & INSIDE != 0;
        let mut words = 1;
        for run in runs(&list[1..]) {
            words += 2;
            for ends in self.vertices[run.start as usize..=run.end as usize].windows(2) {
                if is_on(ends[0], ends[1], point) {
                    return (true, at + words);
                }
                inside ^= crosses_path(ends[0], ends[1], corner, point);
            }
        }
        (inside, at + words)
    }

    fn covers(&self, rank: u32, point: [f64; 2]) -> bool {
        if !self.boxes[rank as usize].contains(point) {
            return false;
        }
        let mut inside = false;
        for [a, b] in self.edges(rank).map(|edge| self.ends(edge)) {
            if is_on(a, b, point) {
                return true;
            }
            inside ^= leaves_to_the_right(a, b, point);
        }
        inside
    }
}

/// Calls with the row and the column of each cell in some rows that an edge comes near: of all that
/// it has a point in, and perhaps of some beside those.
fn cells_near(
    [a, b]: [[f64; 2]; 2],
    lattice: &Lattice<'_>,
    rows: &Range<u32>,
    mut near: impl FnMut(u32, u32),
) {
    let (left, right) = (a[0].min(b[0]), a[0].max(b[0]));
    let (low, high) = (a[1].min(b[1]), a[1].max(b[1]));
    let (first, last) = (lattice.row(low), lattice.row(high));
    let columns = lattice.column(left)..=lattice.column(right);
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let whole = first == last || columns.start() == columns.end() || !(dx + dy).is_finite();
    for row in first.max(rows.start)..(last + 1).min(rows.end) {
        let columns = if whole {
            columns.clone()
        } else {
            // Where the edge enters and leaves the row, give or take the rounding.
            let cell = lattice.cell(0, row);
            let x_at = |y: f64| a[0] + (y - a[1]) / dy * dx;
            let (x, other) = (x_at(cell.y0.max(low)), x_at(cell.y1.min(high)));
            let margin = 4e-15 * (a[0].abs() + b[0].abs()) + f64::MIN_POSITIVE;
            let left = left.max(x.min(other) - margin);
            let right = right.min(x.max(other) + margin);
            lattice.column(left)..=lattice.column(right)
        };
        for column in columns {
            near(row, column);
        }
    }
}

/// For each of some rows the height of whose corners an edge crosses: the row, and the number of
/// corners to the left of the crossing.
fn corner_lines_crossed(
    [a, b]: [[f64; 2]; 2],
    lattice: &Lattice<'_>,
    rows: &Range<u32>,
) -> impl Iterator<Item = (u32, u32)> {
    let (first, last) = (lattice.row(a[1].min(b[1])), lattice.row(a[1].max(b[1])));
    (first.max(rows.start)..(last + 1).min(rows.end)).filter_map(move |row| {
        let y = lattice.corner(0, row)[1];
        if (a[1] > y) == (b[1] > y) {
            return None;
        }
        // An estimate first: any will do.
        let x = a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
        let mut left = lattice.column(x);
        let is_left = |column| leaves_to_the_right(a, b, lattice.corner(column, row));
        while left < lattice.width() && is_left(left) {
            left += 1;
        }
        while left > 0 && !is_left(left - 1) {
            left -= 1;
        }
        Some((row, left))
    })
}

/// False only if the edge has no point in the cell.
fn comes_near([a, b]: [[f64; 2]; 2], cell: &Cell) -> bool {
    if a[0].max(b[0]) < cell.x0
        || a[0].min(b[0]) > cell.x1
        || a[1].max(b[1]) < cell.y0
        || a[1].min(b[1]) > cell.y1
    {
        return false;
    }
    let corners = [[cell.x0, cell.y0], [cell.x1, cell.y0], [cell.x0, cell.y1], [cell.x1, cell.y1]];
    if !corners.as_flattened().iter().all(|c| c.is_finite()) {
        return true;
    }
    let sides = corners.map(|corner| side(a, b, corner));
    !(sides.iter().all(|&side| side > 0.0) || sides.iter().all(|&side| side < 0.0))
}

/// Appends edges in ascending order as the runs of an entry.
fn push_runs(edges: impl Iterator<Item = u32>, inside: bool, words: &mut Vec<u32>) {
    let start = words.len();
    for edge in edges {
        match &mut words[start..] {
            [.., first, count] if *first + *count == edge && *count < MOST_EDGES => *count += 1,
            _ => words.extend([edge, 1]),
        }
    }
    if start < words.len() {
        words[start + 1] |= if inside { INSIDE } else { 0 };
        let last = words.len() - 1;
        words[last] |= LAST;
    }
}

/// The runs that start an entry after its rank.
#[inline]
fn runs(words: &[u32]) -> impl Iterator<Item = Range<u32>> {
    let mut rest = Some(words);
    std::iter::from_fn(move || {
        let words = rest?;
        let (first, count) = (words[0], words[1]);
        rest = (count & LAST == 0).then(|| &words[2..]);
        Some(first..first + (count & MOST_EDGES))
    })
}
