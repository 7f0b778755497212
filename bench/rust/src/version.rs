use crate::protocol::Result;

const LOCK: &str = include_str!("../Cargo.lock");

/// The crates of an engine, with the versions that are compiled in.
pub fn of(engine: &str) -> Result<String> {
    let crates: &[&str] = match engine {
        "matcher" => &["poly-match-engine"],
        "brute" => &["rayon"],
        "kiddo-within" | "kiddo-best" | "kiddo-summary" => &["kiddo"],
        "rstar" => &["rstar"],
        "rstar-geo" => &["rstar", "geo"],
        "geo-index" => &["geo-index"],
        "geo-index-geo" | "geo-index-interval" => &["geo-index", "geo"],
        "stream" | "gather-1mb" | "gather-16mb" | "gather-256mb" => &["poly-match-bench"],
        other => return Err(format!("unknown engine {other:?}").into()),
    };
    let versions: Result<Vec<_>> = crates.iter().map(|name| locked(name)).collect();
    Ok(versions?.join(", "))
}

/// A crate with its version; if there are several, the newest, which is the one we depend on.
fn locked(name: &str) -> Result<String> {
    let named =
        LOCK.split("[[package]]").filter(|text| text.contains(&format!("name = {name:?}\n")));
    let version = named.last().and_then(|text| text.split("version = \"").nth(1));
    let version = version.and_then(|text| text.split('"').next());
    Ok(format!("{name} {}", version.ok_or_else(|| format!("{name} is not in the lock file"))?))
}
