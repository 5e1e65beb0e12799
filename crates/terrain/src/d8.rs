//! D8 flow pointers and their codes in other programs.

use headwaters_raster::Grid;

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

    /// Returns true if the step is diagonal.
    pub const fn is_diagonal(self) -> bool {
        (self as u8).is_multiple_of(2)
    }
}

/// D8 pointer of a cell: a neighbour, off the map, or none because the cell has no elevation. One byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pointer(u8);

impl Pointer {
    /// Drains off the grid or into nodata: the end of a flow path.
    pub const OFF: Pointer = Pointer(8);
    /// The cell itself has no elevation.
    pub const NODATA: Pointer = Pointer(255);
    /// The grid of finished codes, see [`crate::descent`].
    pub(crate) fn grid(rows: usize, cols: usize, codes: Vec<u8>) -> Grid<Pointer> {
        // Both types are one byte, so that the vector's memory is reused.
        let pointers = codes.into_iter().map(Pointer).collect();
        Grid::from_vec(rows, cols, pointers).unwrap_or_else(|| Grid::filled(0, 0, Pointer::OFF))
    }

    /// Drains to the neighbour in `direction`.
    pub const fn to(direction: Direction) -> Self {
        Pointer(direction as u8)
    }

    /// Direction of the neighbour the cell drains to, if any.
    pub const fn direction(self) -> Option<Direction> {
        if self.0 < 8 { Some(Direction::ALL[self.0 as usize]) } else { None }
    }

    /// The raw byte: 0-7 as [`Direction`], 8 off, 255 nodata.
    pub const fn raw(self) -> u8 {
        self.0
    }
}

/// Numeric codes of D8 pointers by program.
///
/// WhiteboxTools: 64 128 1 / 32 · 2 / 16 8 4. ESRI: 32 64 128 / 16 · 1 / 8 4 2.
/// TOPAZ (FLOVEC): 1 NW, 2 N, 3 NE, 4 W, 6 E, 7 SW, 8 S, 9 SE (Garbrecht and Martz, TOPAZ user manual 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// WhiteboxTools `D8Pointer`.
    Whitebox,
    /// ESRI flow direction, also NHDPlus.
    Esri,
    /// TOPAZ DEDNM.
    Topaz,
}

impl Coding {
    /// Codes in the order of [`Direction::ALL`].
    const fn codes(self) -> [i32; 8] {
        match self {
            Coding::Whitebox => [1, 2, 4, 8, 16, 32, 64, 128],
            Coding::Esri => [128, 1, 2, 4, 8, 16, 32, 64],
            Coding::Topaz => [3, 6, 9, 8, 7, 4, 1, 2],
        }
    }

    /// The code of a pointer: 0 where flow ends, `nodata` where there is no elevation.
    pub fn encode(self, pointer: Pointer, nodata: i32) -> i32 {
        match pointer.direction() {
            Some(direction) => self.codes()[direction as usize],
            None if pointer == Pointer::OFF => 0,
            None => nodata,
        }
    }

    /// The pointer of a code; 0 means that flow ends there (and 5, the keypad's centre, in TOPAZ's coding).
    /// `None` for a number that is no code.
    ///
    /// ```
    /// use headwaters_terrain::{Coding, Direction, Pointer};
    ///
    /// assert_eq!(Coding::Esri.decode(64), Some(Pointer::to(Direction::North)));
    /// assert_eq!(Coding::Whitebox.encode(Pointer::to(Direction::North), -1), 128);
    /// assert_eq!(Coding::Whitebox.decode(3), None);
    /// ```
    pub fn decode(self, code: i32) -> Option<Pointer> {
        let end = code == 0 || (self == Coding::Topaz && code == 5);
        if end {
            return Some(Pointer::OFF);
        }
        self.codes().iter().position(|&c| c == code).map(|i| Pointer::to(Direction::ALL[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wrong table would send every imported D8 raster's water the wrong way.
    #[test]
    fn codes_agree_with_the_published_keypads() {
        let keypad = |coding: Coding| {
            use Direction::*;
            [NorthWest, North, NorthEast, West, East, SouthWest, South, SouthEast]
                .map(|d| coding.encode(Pointer::to(d), -1))
        };
        assert_eq!(keypad(Coding::Whitebox), [64, 128, 1, 32, 2, 16, 8, 4]);
        assert_eq!(keypad(Coding::Esri), [32, 64, 128, 16, 1, 8, 4, 2]);
        assert_eq!(keypad(Coding::Topaz), [1, 2, 3, 4, 6, 7, 8, 9]);
    }

    /// Unknown codes must be reported (the original maps 3 to north-east).
    #[test]
    fn every_code_survives_the_round_trip_and_unknown_codes_are_refused() {
        for coding in [Coding::Whitebox, Coding::Esri, Coding::Topaz] {
            for direction in Direction::ALL {
                let pointer = Pointer::to(direction);
                assert_eq!(coding.decode(coding.encode(pointer, -1)), Some(pointer));
            }
            assert_eq!(coding.decode(coding.encode(Pointer::OFF, -1)), Some(Pointer::OFF));
            assert_eq!(coding.decode(257), None);
        }
        assert_eq!(Coding::Whitebox.decode(3), None);
        assert_eq!(Coding::Topaz.decode(5), Some(Pointer::OFF));
    }
}
