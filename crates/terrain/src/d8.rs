//! D8 flow pointers and the codes other programs write them in.

/// One of the eight neighbours, in the order in which ties are broken (WhiteboxTools' order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Direction {
    /// North-east.
    NorthEast = 0,
    /// East.
    East = 1,
    /// South-east.
    SouthEast = 2,
    /// South.
    South = 3,
    /// South-west.
    SouthWest = 4,
    /// West.
    West = 5,
    /// North-west.
    NorthWest = 6,
    /// North.
    North = 7,
}

impl Direction {
    /// All directions in tie-breaking order.
    pub const ALL: [Direction; 8] = [
        Direction::NorthEast,
        Direction::East,
        Direction::SouthEast,
        Direction::South,
        Direction::SouthWest,
        Direction::West,
        Direction::NorthWest,
        Direction::North,
    ];

    /// Change of row and column of one step.
    pub const fn offset(self) -> (isize, isize) {
        const OFFSETS: [(isize, isize); 8] =
            [(-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0)];
        OFFSETS[self as usize]
    }

    /// Direction of the step back.
    pub const fn opposite(self) -> Direction {
        Self::ALL[(self as usize + 4) % 8]
    }

    /// Whether the step is diagonal.
    pub const fn is_diagonal(self) -> bool {
        (self as u8).is_multiple_of(2)
    }
}

/// Where a cell drains: to a neighbour, off the map, or nowhere because it has no elevation. One byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pointer(u8);

impl Pointer {
    /// Drains off the grid or into nodata: the end of a flow path.
    pub const OFF: Pointer = Pointer(8);
    /// The cell itself has no elevation.
    pub const NODATA: Pointer = Pointer(255);

    /// Drains to the neighbour in `direction`.
    pub const fn to(direction: Direction) -> Self {
        Pointer(direction as u8)
    }

    /// The neighbour it drains to, if it does.
    pub const fn direction(self) -> Option<Direction> {
        if self.0 < 8 { Some(Direction::ALL[self.0 as usize]) } else { None }
    }

    /// The raw byte: 0-7 as [`Direction`], 8 off, 255 nodata.
    pub const fn raw(self) -> u8 {
        self.0
    }
}
