//! Which files hold the points, and where the answers to each go.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::format::{EXTENSIONS, Format};
use super::objects::{self, Found};
use super::output;
use crate::error::{Error, Result};
use crate::stop::Stop;
use crate::store;

/// A file of points, and the file of its answers.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) input: PathBuf,
    pub(super) output: PathBuf,
    /// What both are called below their folders.
    pub(super) name: PathBuf,
}

/// The files of a job, in the order of their names.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) pairs: Vec<Pair>,
    /// The folder of the outputs, if the output is one.
    pub(super) folder: Option<PathBuf>,
    /// Whether they are all that is in a directory.
    is_all: bool,
}

impl Files {
    /// Finds the points at a path: a file; all below a directory; or what matches a pattern.
    ///
    /// Names that begin with a dot or an underscore are hidden. Below a directory, any other file
    /// that is none of points is an error: it might have been meant.
    pub(super) fn find(points: &Path, output: &Path, stop: &Stop) -> Result<Self> {
        if store::is_url(points) {
            return Ok(match objects::find(points, stop)? {
                Found::One => Self::one(points, output),
                Found::Below(base, names) => Self::in_folder(points, &base, names, output),
            });
        }
        if points.is_dir() {
            let names = below(points)?;
            if names.is_empty() {
                return Err(no_files(points, "there are no files of points in it"));
            }
            return Ok(Self::in_folder(points, points, names, output));
        }
        match points.to_str() {
            // A file may be called so, too.
            Some(pattern) if is_pattern(points) && !points.exists() => {
                let (base, names) = matching(points, pattern)?;
                if names.is_empty() {
                    return Err(no_files(points, "no file of points matches"));
                }
                Ok(Self::in_folder(points, &base, names, output))
            }
            _ => Ok(Self::one(points, output)),
        }
    }

    fn one(points: &Path, output: &Path) -> Self {
        let name = points.file_name().map(PathBuf::from).unwrap_or_default();
        let pair = Pair { input: points.to_owned(), output: output.to_owned(), name };
        Self { pairs: vec![pair], folder: None, is_all: false }
    }

    fn in_folder(points: &Path, base: &Path, mut names: Vec<PathBuf>, output: &Path) -> Self {
        names.sort();
        names.dedup();
        let pair =
            |name: PathBuf| Pair { input: base.join(&name), output: output.join(&name), name };
        let pairs = names.into_iter().map(pair).collect();
        Self { pairs, folder: Some(output.to_owned()), is_all: base == points }
    }

    /// Refuses what cannot be an output, before any work is done. `replaces` tells whether files
    /// may be there already.
    pub(super) fn check(
        &self,
        points: &Path,
        polygons: &Path,
        replaces: bool,
        stop: &Stop,
    ) -> Result<()> {
        let Some(folder) = &self.folder else {
            return self.pairs.iter().try_for_each(|pair| {
                output::check(&pair.output, [&pair.input, polygons], stop)?;
                output::check_free(&pair.output, replaces, stop)
            });
        };
        let refuse = |message: String| Err(Error::Parameter { parameter: "output", message });
        let (place, points_place) = (real(folder), real(points));
        if folder.exists() && !folder.is_dir() {
            return refuse(format!("{} is a file: expected a directory", folder.display()));
        }
        if self.is_all && (place.starts_with(&points_place) || points_place.starts_with(&place)) {
            let (output, points) = (folder.display(), points.display());
            return refuse(format!("{output} and the points in {points} are in one another"));
        }
        let pattern = points.to_str().filter(|_| !self.is_all);
        let pattern = pattern.and_then(|pattern| glob::Pattern::new(pattern).ok());
        let inputs = self.pairs.iter().map(|pair| &*pair.input).chain([polygons]);
        let inputs: HashSet<_> = inputs.map(real).collect();
        for pair in &self.pairs {
            if inputs.contains(&real(&pair.output)) {
                return refuse(format!("{} is one of the inputs", pair.output.display()));
            }
            // What is written now would be among the points the next time.
            if pattern.as_ref().is_some_and(|p| p.matches_path_with(&pair.output, GLOB)) {
                let output = pair.output.display();
                return refuse(format!("{output} would be matched by {} too", points.display()));
            }
        }
        let first = match store::is_url(folder) {
            // In any case: the bucket may not be there.
            true => objects::first(folder, stop)?,
            false if replaces => None,
            false => first_file(folder)?,
        };
        match first.filter(|_| !replaces) {
            Some(file) => Err(output::taken(&file)),
            None => Ok(()),
        }
    }
}

pub(super) const GLOB: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

pub(super) fn is_pattern(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().any(|byte| b"*?[".contains(byte))
}

pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().first().is_some_and(|first| b"._".contains(first))
}

fn no_files(path: &Path, why: &str) -> Error {
    let source = std::io::Error::new(std::io::ErrorKind::NotFound, why.to_owned());
    Error::Io { path: path.to_owned(), source }
}

/// That a file is not one of points by its name.
pub(super) fn unknown(path: &Path) -> Error {
    let known = EXTENSIONS.map(|(extension, _)| format!(".{extension}")).join(", ");
    let message = format!(
        "{} is no file of points by its name: expected one of {known}, or a name that begins with a \
         dot or an underscore",
        path.display()
    );
    Error::Parameter { parameter: "points", message }
}

/// The files of points below a folder, as they are called from there.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    let entries = WalkDir::new(folder).follow_links(true).into_iter();
    for entry in entries.filter_entry(|e| e.depth() == 0 || !is_hidden(e.file_name())) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            Error::Io { path, source: error.into() }
        })?;
        if entry.file_type().is_dir() {
            continue;
        }
        if Format::told(entry.path()).is_none() {
            return Err(unknown(entry.path()));
        }
        names.extend(entry.path().strip_prefix(folder).ok().map(Path::to_owned));
    }
    Ok(names)
}

/// The folder that a pattern starts from, and the files that match, as they are called from there.
fn matching(points: &Path, pattern: &str) -> Result<(PathBuf, Vec<PathBuf>)> {
    let wrong = |message: String| Error::Parameter { parameter: "points", message };
    let fixed = |part: &Component| !is_pattern(part.as_ref());
    let base: PathBuf = points.components().take_while(fixed).collect();
    let found =
        glob::glob_with(pattern, GLOB).map_err(|error| wrong(format!("{pattern}: {error}")))?;
    let mut names = Vec::new();
    for path in found {
        let path = path
            .map_err(|error| Error::Io { path: error.path().to_owned(), source: error.into() })?;
        // The pattern `./*` finds `a`.
        let name = path.strip_prefix(&base).unwrap_or(&path).to_owned();
        if name.components().any(|part| is_hidden(part.as_ref())) {
            continue;
        }
        match path.is_dir() {
            true => names.extend(below(&path)?.into_iter().map(|inner| name.join(inner))),
            false => names.push(name),
        }
    }
    Ok((base, names))
}

/// The first file in a folder that is no temporary one of a job; `None` where there is no folder.
fn first_file(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.exists() {
        return Ok(None);
    }
    // The folder itself may be a link.
    for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let entry =
            entry.map_err(|error| Error::Io { path: folder.to_owned(), source: error.into() })?;
        if !entry.file_type().is_dir() && !output::is_temporary(entry.file_name()) {
            return Ok(Some(entry.into_path()));
        }
    }
    Ok(None)
}

/// A path without links, as far as it is there; a URL without what may be left out at its end.
pub(super) fn real(path: &Path) -> PathBuf {
    if let Some(url) = path.to_str().filter(|_| store::is_url(path)) {
        return url.trim_end_matches('/').into();
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut ancestors = path.ancestors();
    let known = ancestors.find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    match known {
        Some((ancestor, real)) => match path.strip_prefix(ancestor) {
            Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
            _ => real,
        },
        None => path,
    }
}
