//! Time and memory of the running process; memory from Linux' accounts, unknown elsewhere.

use std::time::Instant;

use cpu_time::ProcessTime;

/// Forgets the largest resident size so far.
pub fn reset_peak() {
    // Where the kernel refuses, the peak since the start is reported, which is only larger.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Largest resident size since the last reset, in bytes.
pub fn peak_bytes() -> Option<u64> {
    status_bytes("VmHWM:")
}

/// Resident size now, in bytes.
pub fn resident_bytes() -> Option<u64> {
    status_bytes("VmRSS:")
}

fn status_bytes(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Time and memory that a piece of work took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Elapsed seconds.
    pub wall: f64,
    /// CPU seconds of all threads together.
    pub cpu: f64,
    /// Largest resident size meanwhile, in bytes.
    pub peak: Option<u64>,
}

impl Cost {
    /// Does the work.
    pub fn of<T>(work: impl FnOnce() -> T) -> (T, Self) {
        reset_peak();
        let (wall, cpu) = (Instant::now(), ProcessTime::now());
        let result = work();
        let cost =
            Self { wall: wall.elapsed().as_secs_f64(), cpu: cpu.elapsed().as_secs_f64(), peak: peak_bytes() };
        (result, cost)
    }

    /// One piece of work after the other.
    pub fn then(self, next: Self) -> Self {
        Self { wall: self.wall + next.wall, cpu: self.cpu + next.cpu, peak: self.peak.max(next.peak) }
    }

    /// The cheaper of two repeats, with the peak of the first, before which least was kept of other steps.
    pub fn best(self, other: Self) -> Self {
        Self { peak: self.peak, ..if other.cpu < self.cpu { other } else { self } }
    }
}
