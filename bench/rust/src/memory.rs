//! The memory of the process, as Linux reports it; zeros on other systems.

use std::fs;

/// The current resident memory, in bytes.
pub fn resident() -> u64 {
    status("VmRSS:")
}

/// The peak resident memory since the last [`reset_peak`], in bytes.
pub fn peak() -> u64 {
    status("VmHWM:")
}

/// Resets the peak. If the system does not allow it, peaks count from the process start.
pub fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn status(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|rest| rest.split_whitespace().next()).and_then(|n| n.parse().ok());
    1024 * kib.unwrap_or(0)
}
