//! Whole files of any content, into the batch job and into `describe`.
//!
//! The first byte of an input says what the rest is a file of. Small files of each kind are written
//! into the corpus at the start, or hardly more than first bytes would be tried.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/contract/whole_files.rs"]
mod whole_files;

fuzz_target!(init: seed(), |input: &[u8]| whole_files::check(input));

/// Writes the seeds into the folder of the corpus, the first argument that is one.
fn seed() {
    let mut arguments = std::env::args().skip(1);
    let Some(corpus) = arguments.find(|argument| Path::new(argument).is_dir()) else { return };
    for (at, bytes) in whole_files::seeds().into_iter().enumerate() {
        std::fs::write(Path::new(&corpus).join(format!("seed-{at}")), bytes).unwrap();
    }
}
