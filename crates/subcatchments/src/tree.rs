//! The basin of an outlet as a tree of cells, which later steps traverse in one pass each.

use headwaters_raster::{Cell, Grid};
use headwaters_terrain::{Direction, Pointer};

use crate::SubcatchmentError;

/// Ids are ten times a node number, and there are at most two nodes per cell; this keeps ids in `u32`.
pub(crate) const MAX_BASIN_CELLS: usize = 200_000_000;

/// Basin cells in breadth-first order upstream from the outlet.
///
/// A *position* is an index into that order. A cell's downstream cell has a smaller position, so an
/// ascending loop goes upstream and a descending loop downstream. The cells that drain into one cell
/// have consecutive positions, sorted by the clockwise angle on the map from that cell's own flow
/// direction: the rule by which TOPAZ visits inflows and distinguishes banks.
pub(crate) struct FlowTree {
    /// Row-major grid index of each position.
    pub cells: Vec<u32>,
    /// Position each cell drains to; the outlet's is its own.
    pub downstream: Vec<u32>,
    /// Positions draining into `p` are `first_upstream[p]..first_upstream[p + 1]`.
    first_upstream: Vec<u32>,
    /// Flow direction of each position.
    outflow: Vec<Direction>,
    /// Number of cells that drain through each position, itself included.
    pub cells_upstream: Vec<u32>,
    cols: usize,
}

impl FlowTree {
    /// Collects every cell that drains through `outlet`, each cell once, in time linear in the basin.
    pub fn new(pointers: &Grid<Pointer>, outlet: Cell) -> Result<Self, SubcatchmentError> {
        let mut tree = Self {
            cells: vec![pointers.index(outlet) as u32],
            downstream: vec![0],
            first_upstream: Vec::new(),
            outflow: vec![outlet_direction(pointers, outlet)],
            cells_upstream: Vec::new(),
            cols: pointers.cols(),
        };
        let mut position = 0;
        while position < tree.cells.len() {
            tree.first_upstream.push(tree.cells.len() as u32);
            tree.push_inflows(pointers, outlet, position);
            if tree.cells.len() > MAX_BASIN_CELLS {
                return Err(SubcatchmentError::BasinTooLarge { limit: MAX_BASIN_CELLS });
            }
            position += 1;
        }
        tree.first_upstream.push(tree.cells.len() as u32);
        tree.cells_upstream = vec![1; tree.len()];
        for position in (1..tree.len()).rev() {
            tree.cells_upstream[tree.downstream[position] as usize] += tree.cells_upstream[position];
        }
        Ok(tree)
    }

    fn push_inflows(&mut self, pointers: &Grid<Pointer>, outlet: Cell, position: usize) {
        let cell = self.cell(position);
        let outflow = self.outflow[position] as usize;
        // One full turn clockwise, ending at the outflow direction itself, whose cell can only be an
        // inflow of the outlet (a loop in the pointers that is cut there).
        for turn in 1..=8 {
            let towards = Direction::ALL[(outflow + turn) % 8];
            let Some(neighbour) = step(pointers, cell, towards) else { continue };
            let flows_here = pointers[neighbour].direction() == Some(towards.opposite());
            if flows_here && neighbour != outlet {
                self.cells.push(pointers.index(neighbour) as u32);
                self.downstream.push(position as u32);
                self.outflow.push(towards.opposite());
            }
        }
    }

    /// Number of cells in the basin.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Grid cell of a position.
    pub fn cell(&self, position: usize) -> Cell {
        let index = self.cells[position] as usize;
        Cell { row: index / self.cols, col: index % self.cols }
    }

    /// Positions that drain into `position`, clockwise from its flow direction.
    pub fn upstream(&self, position: usize) -> std::ops::Range<usize> {
        self.first_upstream[position] as usize..self.first_upstream[position + 1] as usize
    }

    /// Flow direction of a position.
    pub fn outflow(&self, position: usize) -> Direction {
        self.outflow[position]
    }
}

/// The neighbour of `cell` towards `direction`, inside the grid.
pub(crate) fn step<T>(grid: &Grid<T>, cell: Cell, direction: Direction) -> Option<Cell> {
    let (rows, cols) = direction.offset();
    let row = cell.row.checked_add_signed(rows)?;
    let col = cell.col.checked_add_signed(cols)?;
    (row < grid.rows() && col < grid.cols()).then_some(Cell { row, col })
}

/// Flow direction of the outlet. One that drains off the map has none, so it is taken to leave by a
/// side where the map ends, or, in a pit without such a side, where nothing flows in.
fn outlet_direction(pointers: &Grid<Pointer>, outlet: Cell) -> Direction {
    const SIDES_FIRST: [Direction; 8] = [
        Direction::East,
        Direction::South,
        Direction::West,
        Direction::North,
        Direction::NorthEast,
        Direction::SouthEast,
        Direction::SouthWest,
        Direction::NorthWest,
    ];
    if let Some(direction) = pointers[outlet].direction() {
        return direction;
    }
    let neighbour = |direction| step(pointers, outlet, direction).map(|cell| pointers[cell]);
    let leaves_map = |d: &Direction| neighbour(*d).is_none_or(|pointer| pointer == Pointer::NODATA);
    let no_inflow = |d: &Direction| neighbour(*d).and_then(Pointer::direction) != Some(d.opposite());
    let found = SIDES_FIRST.iter().find(|d| leaves_map(d)).or(SIDES_FIRST.iter().find(|d| no_inflow(d)));
    found.copied().unwrap_or(Direction::North)
}
