//! Patterns of file names: where they begin to vary, and which files match.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::files::is_hidden;
use crate::error::{Error, Result};
use crate::stop::Stop;

const OPTIONS: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// A path with `*`, `?`, `[...]` and `**`.
///
/// A part with brackets of which there is a file or a directory is its name: `data [2024]/*` is all
/// that is in `data [2024]`.
#[derive(Debug)]
pub(super) struct Pattern {
    base: PathBuf,
    parts: Vec<Part>,
    whole: glob::Pattern,
}

#[derive(Debug)]
enum Part {
    Name(String),
    Matching(glob::Pattern),
    /// `**`: this directory and all below it.
    Directories,
}

/// Whether a path may be a pattern.
pub(super) fn is_pattern(path: &Path) -> bool {
    is_part(path.as_os_str())
}

fn is_part(part: &OsStr) -> bool {
    part.as_encoded_bytes().iter().any(|byte| b"*?[".contains(byte))
}

fn has_bracket(part: &str) -> bool {
    part.contains('[')
}

impl Pattern {
    /// Reads one of files.
    pub(super) fn of_files(text: &str) -> Result<Self> {
        let parts = Path::new(text).components().map(|part| match part {
            // A path has them nowhere else.
            Component::RootDir => "",
            part => part.as_os_str().to_str().unwrap_or_default(),
        });
        Self::new(text, parts, |path| Ok(is_there(path)))
    }

    /// Reads one of objects, of which `is_there` tells whether any are below a URL.
    pub(super) fn of_objects(text: &str, is_there: impl Fn(&Path) -> Result<bool>) -> Result<Self> {
        Self::new(text, text.split('/'), is_there)
    }

    fn new<'a>(
        text: &'a str,
        parts: impl Iterator<Item = &'a str>,
        is_there: impl Fn(&Path) -> Result<bool>,
    ) -> Result<Self> {
        let wrong = |error: glob::PatternError| {
            let message = format!("{text}: {error}");
            Error::Parameter { parameter: "points", message }
        };
        let parts: Vec<_> = parts.collect();
        let mut fixed = 0;
        while let Some(part) = parts.get(fixed) {
            if is_part(part.as_ref()) {
                let path = parts[..=fixed].join("/");
                if !has_bracket(part) || !is_there(Path::new(&path))? {
                    break;
                }
            }
            fixed += 1;
        }
        let (base, parts) = parts.split_at(fixed);
        let base = match base {
            [""] => "/".to_owned(),
            base => base.join("/"),
        };
        let read = |part: &&str| match *part {
            "**" => Ok(Part::Directories),
            part if is_part(part.as_ref()) => glob::Pattern::new(part).map(Part::Matching),
            part => Ok(Part::Name(part.to_owned())),
        };
        let parts: std::result::Result<Vec<_>, _> = parts.iter().map(read).collect();
        let parts = parts.map_err(wrong)?;
        Ok(Self { whole: whole(&base, &parts).map_err(wrong)?, base: base.into(), parts })
    }

    /// The directory, or URL, that it starts from.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// Whether a path matches.
    pub(super) fn matches(&self, path: &Path) -> bool {
        self.whole.matches_path_with(path, OPTIONS)
    }

    /// The files and directories that match, as they are called from [`Pattern::base`], in no
    /// order. Hidden ones are not among them.
    pub(super) fn find(&mut self, stop: &Stop) -> Result<Vec<PathBuf>> {
        if self.parts.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = vec![PathBuf::new()];
        for at in 0..self.parts.len() {
            let is_last = at + 1 == self.parts.len();
            let Some(part) = self.parts.get_mut(at) else { break };
            if let Some(text) = part.brackets() {
                let is_name = |name: &PathBuf| is_there(&self.base.join(name).join(text));
                if found.iter().any(is_name) {
                    *part = Part::Name(text.to_owned());
                }
            }
            let mut next = Vec::new();
            for name in found {
                stop.check()?;
                part.add(&self.base, &name, is_last, &mut next, stop)?;
            }
            // Two ways may lead to one.
            next.sort();
            next.dedup();
            found = next;
        }
        if let Ok(whole) = whole(&self.base.to_string_lossy(), &self.parts) {
            self.whole = whole;
        }
        found.retain(|name| !name.components().any(|part| is_hidden(part.as_ref())));
        Ok(found)
    }
}

impl Part {
    /// As it is written, if it has brackets and may be a name nonetheless.
    fn brackets(&self) -> Option<&str> {
        match self {
            Self::Matching(pattern) => Some(pattern.as_str()).filter(|text| has_bracket(text)),
            _ => None,
        }
    }

    /// Adds what matches in a directory; all but the last part are of directories alone.
    fn add(
        &self,
        base: &Path,
        name: &Path,
        is_last: bool,
        found: &mut Vec<PathBuf>,
        stop: &Stop,
    ) -> Result<()> {
        let directory = base.join(name);
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { &directory };
        match self {
            Self::Name(part) if is_there(&directory.join(part)) => found.push(name.join(part)),
            Self::Name(_) => {}
            Self::Matching(pattern) => {
                for entry in entries(directory)? {
                    let entry = entry?;
                    stop.check()?;
                    let is_match = pattern.matches_with(&entry.to_string_lossy(), OPTIONS);
                    if is_match && (is_last || directory.join(&entry).is_dir()) {
                        found.push(name.join(entry));
                    }
                }
            }
            Self::Directories => {
                let below = WalkDir::new(directory).follow_links(true).into_iter();
                for entry in below.filter_entry(|e| e.depth() == 0 || !is_hidden(e.file_name())) {
                    stop.check()?;
                    let entry = match entry {
                        Ok(entry) => entry,
                        // Nothing matches in what is not there.
                        Err(error) if error.depth() == 0 => break,
                        Err(error) => {
                            let path = error.path().unwrap_or(directory).to_owned();
                            return Err(Error::Io { path, source: error.into() });
                        }
                    };
                    if entry.file_type().is_dir()
                        && let Ok(inner) = entry.path().strip_prefix(directory)
                    {
                        found.push(name.join(inner));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The pattern of whole paths.
fn whole(base: &str, parts: &[Part]) -> std::result::Result<glob::Pattern, glob::PatternError> {
    let mut whole = PathBuf::from(glob::Pattern::escape(base));
    for part in parts {
        match part {
            Part::Name(name) => whole.push(glob::Pattern::escape(name)),
            Part::Matching(pattern) => whole.push(pattern.as_str()),
            Part::Directories => whole.push("**"),
        }
    }
    glob::Pattern::new(&whole.to_string_lossy())
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The names in a directory; none where there is no directory.
fn entries(directory: &Path) -> Result<impl Iterator<Item = Result<std::ffi::OsString>> + use<'_>> {
    let io = |source| Error::Io { path: directory.to_owned(), source };
    let entries = match directory.is_dir() {
        true => Some(std::fs::read_dir(directory).map_err(io)?),
        false => None,
    };
    Ok(entries.into_iter().flatten().map(move |entry| Ok(entry.map_err(io)?.file_name())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn found(folder: &Path, pattern: &str) -> Vec<String> {
        let pattern = format!("{}/{pattern}", folder.display());
        let mut pattern = Pattern::of_files(&pattern).unwrap();
        let found = pattern.find(&Stop::default()).unwrap();
        let paths = found.iter().map(|name| pattern.base().join(name));
        let names = paths.map(|path| {
            assert!(path.exists() && (path.is_dir() || pattern.matches(&path)), "{path:?}");
            path.strip_prefix(folder).unwrap().to_string_lossy().into_owned()
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn what_matches_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in
            ["a/x.csv", "a/deep/x.csv", "a/.b/x.csv", "b/x.csv", "b/y.csv", "_c/x.csv", "x.csv"]
        {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        for (pattern, expected) in [
            ("*.csv", vec!["x.csv"]),
            ("*", vec!["a", "b", "x.csv"]),
            ("*/x.csv", vec!["a/x.csv", "b/x.csv"]),
            ("**/x.csv", vec!["a/deep/x.csv", "a/x.csv", "b/x.csv", "x.csv"]),
            ("a/**/x.csv", vec!["a/deep/x.csv", "a/x.csv"]),
            ("[ab]/?.csv", vec!["a/x.csv", "b/x.csv", "b/y.csv"]),
            ("[!a]/*.csv", vec!["b/x.csv", "b/y.csv"]),
            ("a/**", vec!["a", "a/deep"]),
            ("x.csv/*", vec![]),
            ("none/**/x.csv", vec![]),
            ("none/*", vec![]),
            ("*/none", vec![]),
        ] {
            assert_eq!(found(folder, pattern), expected, "{pattern}");
        }
        assert!(Pattern::of_files("a[").is_err());
        assert!(Pattern::of_files("x/a**").is_err());
    }

    #[test]
    fn names_with_brackets_are_names() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["data [2024]", "data 2", "[a", "deep/data [2024]", "deep/data 4"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
            std::fs::write(folder.join(name).join("x.csv"), "").unwrap();
            std::fs::write(folder.join(name).join("[1].csv"), "").unwrap();
        }
        for (pattern, expected) in [
            ("data [2024]/x*", vec!["data [2024]/x.csv"]),
            ("*/[1].csv", vec!["[a/[1].csv", "data 2/[1].csv", "data [2024]/[1].csv"]),
            ("data [29]/x.csv", vec!["data 2/x.csv"]),
            ("[a/x*", vec!["[a/x.csv"]),
            ("*/data [2024]/x.csv", vec!["deep/data [2024]/x.csv"]),
            ("*/data [24]/x.csv", vec!["deep/data 4/x.csv"]),
            ("**/data [2024]/?.csv", vec!["data [2024]/x.csv", "deep/data [2024]/x.csv"]),
            ("deep/**/x.csv", vec!["deep/data 4/x.csv", "deep/data [2024]/x.csv"]),
            ("data [[]2024]/x.csv", vec!["data [2024]/x.csv"]),
        ] {
            assert_eq!(found(folder, pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn relative_paths_and_urls() {
        for (pattern, base) in [
            ("*.csv", ""),
            ("./*.csv", "."),
            ("../a/*.csv", "../a"),
            ("/*.csv", "/"),
            ("/no such/a?/b", "/no such"),
        ] {
            assert_eq!(Pattern::of_files(pattern).unwrap().base(), Path::new(base), "{pattern}");
        }
        let is_there = |url: &Path| Ok(url == Path::new("s3://lake/data [2024]"));
        let pattern = Pattern::of_objects("s3://lake/data [2024]/*.csv", is_there).unwrap();
        assert_eq!(pattern.base(), Path::new("s3://lake/data [2024]"));
        assert!(pattern.matches(Path::new("s3://lake/data [2024]/x.csv")));
        let pattern = Pattern::of_objects("s3://lake/data [24]/*.csv", is_there).unwrap();
        assert_eq!(pattern.base(), Path::new("s3://lake"));
        assert!(pattern.matches(Path::new("s3://lake/data 2/x.csv")));
    }
}
