use crate::protocol::Result;

const LOCK: &str = include_str!("../Cargo.lock");

/// The crate that an engine is made of, with the version that was built in.
pub fn of(engine: &str) -> Result<String> {
    let name = match engine {
        "matcher" => "poly-match-engine",
        "brute" => "rayon",
        "stream" | "gather-1mb" | "gather-16mb" | "gather-256mb" => "poly-match-bench",
        other => other.split_once("kiddo").map_or(other, |_| "kiddo"),
    };
    let mut lines = LOCK.lines().skip_while(|line| *line != format!("name = {name:?}"));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    let version = version.ok_or_else(|| format!("no engine is called {engine:?}"))?;
    Ok(format!("{name} {}", version.trim_matches('"')))
}
