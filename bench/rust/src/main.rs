//! The Rust engines of the benchmark: `poly-match-bench <engine> --polygons FILE --points FILE ...`.
//!
//! Each run of the program is one engine on one workload. It reads the columns, runs the phases of
//! [`protocol`], prints their times and memory as JSON, and writes the answers to a file. The
//! runner compares the answers before any of the times counts. `poly-match-bench <engine>
//! --version` prints the versions of the crates of an engine.

mod arguments;
mod columns;
mod limits;
mod memory;
mod ours;
mod parts;
mod peers;
mod protocol;
mod ranked;
mod search;
mod version;

use std::process::ExitCode;

use geo::Polygon;
use geo::indexed::IntervalTreeMultiPolygon;

use arguments::{Arguments, Command};
use limits::{Gather, Stream};
use ours::Ours;
use peers::{
    Boxed, Brute, GeoIndex, GeoIndexBoxes, KiddoBest, KiddoSummary, KiddoWithin, Rstar, RstarBoxes,
};
use protocol::{Result, run};
use search::Search;

fn main() -> ExitCode {
    match start() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("poly-match-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<String> {
    let (engine, arguments) = match Arguments::parse(std::env::args().skip(1))? {
        Command::Version(engine) => return version::of(&engine),
        Command::Run(engine, arguments) => (engine, arguments),
    };
    match engine.as_str() {
        "matcher" => run(&Ours, &arguments),
        "brute" => run(&Search(Brute::build), &arguments),
        "geo-index" => run(&Search(GeoIndex::build), &arguments),
        "kiddo-within" => run(&Search(KiddoWithin::build), &arguments),
        "kiddo-best" => run(&Search(KiddoBest::build), &arguments),
        "kiddo-summary" => run(&Search(KiddoSummary::build), &arguments),
        "rstar" => run(&Search(Rstar::build), &arguments),
        "geo-index-geo" => run(&Search(Boxed::<GeoIndexBoxes, Polygon>::build), &arguments),
        "geo-index-interval" => {
            run(&Search(Boxed::<GeoIndexBoxes, IntervalTreeMultiPolygon<f64>>::build), &arguments)
        }
        "rstar-geo" => run(&Search(Boxed::<RstarBoxes, Polygon>::build), &arguments),
        "stream" => run(&Stream, &arguments),
        "gather-1mb" => run(&Gather { bytes: 1 << 20 }, &arguments),
        "gather-16mb" => run(&Gather { bytes: 16 << 20 }, &arguments),
        "gather-256mb" => run(&Gather { bytes: 256 << 20 }, &arguments),
        other => Err(format!("unknown engine {other:?}").into()),
    }
}
