//! Memory of the running process, from Linux' accounts; unknown elsewhere.

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
