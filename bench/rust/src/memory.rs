//! What the process takes, as Linux tells it; zeros elsewhere.

use std::fs;

/// Resident memory now, in bytes.
pub fn resident() -> u64 {
    status("VmRSS:")
}

/// The most that was resident since the last [`reset_peak`], in bytes.
pub fn peak() -> u64 {
    status("VmHWM:")
}

/// Starts a new peak. Where the system does not allow it, peaks count from the start.
pub fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn status(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|rest| rest.split_whitespace().next()).and_then(|n| n.parse().ok());
    1024 * kib.unwrap_or(0)
}
