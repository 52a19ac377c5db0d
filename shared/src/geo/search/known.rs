use std::collections::BTreeMap;

use super::{LONGEST_READ, Layout, ROWS_PER_CALL, Read, behind};
use crate::geo::{Cell, Point};

/// What is asked of a cell at first when its rows are wanted, not a mere impression; a cell with more is divided.
const FIRST_READ: usize = 32;

/// What was read of which cells.
pub(super) struct Known<'a> {
    layout: Layout<'a>,
    cells: BTreeMap<String, State>,
}

/// What was read of one cell.
pub(super) struct State {
    /// All up to here is known.
    position: String,
    pub(super) rows: usize,
    /// Those of the rows that are searched for.
    pub(super) matches: usize,
    pub(super) more: bool,
}

/// The distances that matter, both included, in millimetres.
#[derive(Clone, Copy)]
pub(super) struct Ring {
    pub(super) centre: Point,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// A cell, or what is left of it, that has to be read.
pub(super) struct Part {
    pub(super) cell: Cell,
    /// No row of it is nearer.
    pub(super) nearest: u64,
    position: String,
    last: String,
    limit: usize,
}

impl Part {
    pub(super) fn read(&self) -> Read<'_, Cell> {
        Read { partition: &self.cell, first: behind(&self.position), last: &self.last, limit: self.limit }
    }
}

impl<'a> Known<'a> {
    pub(super) fn new(layout: Layout<'a>) -> Self {
        Self { layout, cells: BTreeMap::new() }
    }

    pub(super) fn of(&self, cell: &Cell) -> Option<&State> {
        self.cells.get(cell.key())
    }

    /// Takes down that a part was read, up to `last` or to its end.
    pub(super) fn record(
        &mut self,
        part: Part,
        rows: usize,
        matches: usize,
        last: Option<String>,
        more: bool,
    ) {
        let State { rows: before, matches: before_matches, .. } =
            self.cells.remove(part.cell.key()).unwrap_or(State::NONE);
        let state = State {
            more: more && last.is_some(),
            position: last.unwrap_or(part.position),
            rows: before + rows,
            matches: before_matches + matches,
        };
        self.cells.insert(part.cell.key().to_owned(), state);
    }

    /// A first impression of a cell.
    pub(super) fn probe(&self, cell: Cell, limit: usize) -> Part {
        let (position, last) = self.layout.range(&cell);
        Part { cell, nearest: 0, position, last, limit }
    }

    /// What has to be read so that all rows of a cell in the ring are known: nothing, the cell itself, or some of the
    /// cells within.
    pub(super) fn missing(&self, cell: Cell, ring: Ring) -> Vec<Part> {
        let nearest = cell.nearest(ring.centre);
        if nearest > ring.to || cell.farthest(ring.centre) < ring.from {
            return Vec::new();
        }
        let Some((position, last)) = self.rest(&cell) else { return Vec::new() };
        let read = self.of(&cell).map_or(0, |state| state.rows);
        let read_within = self.rows_within(&cell);
        if read >= FIRST_READ || read_within.is_some() {
            let children = cell.children();
            let divisible = !children.is_empty();
            let parts: Vec<_> = children.into_iter().flat_map(|child| self.missing(child, ring)).collect();
            // Reading on costs an unknown number of rows, dividing a known number of calls. So a cell is divided once
            // it has cost as much as that, and what lies within is not read again if its parts cost less.
            let overflow = if read >= FIRST_READ { read / ROWS_PER_CALL } else { 0 };
            let known = read_within.map_or(0, |rows| 1 + rows / ROWS_PER_CALL);
            if divisible && parts.len() <= overflow.max(known) {
                return parts;
            }
        }
        let limit = read.next_multiple_of(FIRST_READ).clamp(FIRST_READ, LONGEST_READ);
        vec![Part { cell, nearest, position, last, limit }]
    }

    /// Behind what, and before what, a cell has rows that nobody read, neither as its own nor as those of a cell
    /// around it.
    fn rest(&self, cell: &Cell) -> Option<(String, String)> {
        let (mut position, last) = self.layout.range(cell);
        let around = (1..=cell.key().len()).filter_map(|digits| self.cells.get(&cell.key()[..digits]));
        for state in around {
            if !state.more {
                return None;
            }
            if state.position > position {
                position.clone_from(&state.position);
            }
        }
        (behind(&position) <= last).then_some((position, last))
    }

    /// How many rows were read of smaller cells within a cell; `None` if no such cell was read.
    fn rows_within(&self, cell: &Cell) -> Option<usize> {
        let end = format!("{}~", cell.key());
        let within = self.cells.range(behind(cell.key())..end).map(|(_, state)| state.rows);
        within.fold(None, |sum, rows| Some(sum.unwrap_or(0) + rows))
    }
}

impl State {
    const NONE: Self = Self { position: String::new(), rows: 0, matches: 0, more: false };
}
