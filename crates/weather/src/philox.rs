//! Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy
//! as 1, 2, 3", SC'11). A draw is a pure function of a key (station and seed) and a counter (year, day, what is drawn,
//! attempt), so weather does not depend on the number of threads or the order in which years are made.

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// One block of four random words.
fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut c, mut k) = (counter, key);
    for _ in 0..ROUNDS {
        let a = MULTIPLIERS[0] * u64::from(c[0]);
        let b = MULTIPLIERS[1] * u64::from(c[2]);
        c = [(b >> 32) as u32 ^ c[1] ^ k[0], b as u32, (a >> 32) as u32 ^ c[3] ^ k[1], a as u32];
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// Purpose of a draw: separates the streams of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Purpose {
    Occurrence = 1,
    Depth,
    Duration,
    Peak,
    TimeToPeak,
    MaxTemperature,
    MinTemperature,
    DewPoint,
    Radiation,
    WindDirection,
    WindSpeed,
    Calibration,
}

/// The random numbers of one station and seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Draws {
    key: [u32; 2],
}

impl Draws {
    /// Key from the identity of the station and the user's seed (FNV-1a over both).
    pub(crate) fn new(station: &str, seed: u64) -> Self {
        let hash = station
            .bytes()
            .chain(seed.to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
        Self { key: [hash as u32, (hash >> 32) as u32] }
    }

    /// Endless stream for one (century or year, day or month, purpose, attempt).
    pub(crate) fn stream(&self, year: u32, day: u16, purpose: Purpose, attempt: u16) -> Stream {
        let tag = u32::from(day) | (u32::from(purpose as u8) << 16);
        Stream { key: self.key, counter: [0, year, tag, u32::from(attempt)], block: [0; 4], used: 4 }
    }

    /// First uniform number of a stream.
    pub(crate) fn uniform(&self, year: u32, day: u16, purpose: Purpose, attempt: u16) -> f64 {
        self.stream(year, day, purpose, attempt).uniform()
    }
}

/// Sequence of random numbers at one counter.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    key: [u32; 2],
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl Stream {
    fn words(&mut self) -> u64 {
        if self.used >= 4 {
            self.block = philox4x32(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        let pair = u64::from(self.block[self.used]) << 32 | u64::from(self.block[self.used + 1]);
        self.used += 2;
        pair
    }

    /// Uniform on the open interval (0, 1): the centre of one of 2^52 cells, so that neither end occurs.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.words() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Random permutation of 0..n (Fisher-Yates).
    pub(crate) fn permutation(&mut self, n: usize, out: &mut Vec<u32>) {
        out.clear();
        out.extend(0..n as u32);
        for i in (1..n).rev() {
            // The bias of scaling a 52-bit number to at most a few thousand is below 1e-12.
            let j = (self.uniform() * (i + 1) as f64) as usize;
            out.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with the Random123 library; another cipher would silently change all generated weather.
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn streams_differ_by_every_part_of_the_counter_and_key() {
        let base = Draws::new("a", 1);
        let first = base.uniform(1, 1, Purpose::Depth, 0);
        for other in [
            base.uniform(2, 1, Purpose::Depth, 0),
            base.uniform(1, 2, Purpose::Depth, 0),
            base.uniform(1, 1, Purpose::Peak, 0),
            base.uniform(1, 1, Purpose::Depth, 1),
            Draws::new("b", 1).uniform(1, 1, Purpose::Depth, 0),
            Draws::new("a", 2).uniform(1, 1, Purpose::Depth, 0),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn permutations_hold_every_number_once() {
        let mut out = Vec::new();
        Draws::new("a", 1).stream(0, 0, Purpose::Depth, 0).permutation(100, &mut out);
        let mut sorted = out.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..100));
        assert_ne!(out, sorted);
    }
}
