//! Which files hold the points, and where the answers to each go.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::MatchParquet;
use super::format::{EXTENSIONS, Format};
use super::objects::{self, Found};
use super::output;
use super::pattern::{Pattern, is_pattern};
use super::temporary::is_temporary;
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
    /// What they match; `None` where they are all that is in a directory.
    pattern: Option<Pattern>,
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
                Found::Below(names) => Self::in_folder(points, names, output, None),
                Found::Matching(pattern, names) => Self::matching(pattern, names, output),
            });
        }
        if points.is_dir() {
            let names = below(points, stop)?;
            if names.is_empty() {
                return Err(no_files(points, "there are no files of points in it"));
            }
            return Ok(Self::in_folder(points, names, output, None));
        }
        match points.to_str() {
            // A file may be called so, too.
            Some(text) if is_pattern(points) && !points.exists() => {
                let mut pattern = Pattern::of_files(text)?;
                let mut names = Vec::new();
                for name in pattern.find(stop)? {
                    let path = pattern.base().join(&name);
                    match path.is_dir() {
                        true => names.extend(below(&path, stop)?.iter().map(|at| name.join(at))),
                        false => names.push(name),
                    }
                }
                if names.is_empty() {
                    return Err(no_files(points, "no file of points matches"));
                }
                Ok(Self::matching(pattern, names, output))
            }
            _ => Ok(Self::one(points, output)),
        }
    }

    fn one(points: &Path, output: &Path) -> Self {
        let name = points.file_name().map(PathBuf::from).unwrap_or_default();
        let pair = Pair { input: points.to_owned(), output: output.to_owned(), name };
        Self { pairs: vec![pair], folder: None, pattern: None }
    }

    fn matching(pattern: Pattern, names: Vec<PathBuf>, output: &Path) -> Self {
        let base = pattern.base().to_owned();
        Self::in_folder(&base, names, output, Some(pattern))
    }

    fn in_folder(
        base: &Path,
        mut names: Vec<PathBuf>,
        output: &Path,
        pattern: Option<Pattern>,
    ) -> Self {
        names.sort();
        names.dedup();
        let pair =
            |name: PathBuf| Pair { input: base.join(&name), output: output.join(&name), name };
        let pairs = names.into_iter().map(pair).collect();
        Self { pairs, folder: Some(output.to_owned()), pattern }
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
        if !folder.exists() && folder.symlink_metadata().is_ok() {
            let folder = folder.display();
            return refuse(format!("{folder} is a link that leads nowhere: expected a directory"));
        }
        let is_all = self.pattern.is_none();
        if is_all && (place.starts_with(&points_place) || points_place.starts_with(&place)) {
            let (output, points) = (folder.display(), points.display());
            return refuse(format!("{output} and the points in {points} are in one another"));
        }
        let inputs = self.pairs.iter().map(|pair| &*pair.input).chain([polygons]);
        let inputs: HashSet<_> = inputs.map(real).collect();
        for pair in &self.pairs {
            stop.check()?;
            if inputs.contains(&real(&pair.output)) {
                return refuse(format!("{} is one of the inputs", pair.output.display()));
            }
            // What is written now would be among the points the next time.
            if self.pattern.as_ref().is_some_and(|pattern| pattern.matches(&pair.output)) {
                let output = pair.output.display();
                return refuse(format!("{output} would be matched by {} too", points.display()));
            }
        }
        let first = match store::is_url(folder) {
            // In any case: the bucket may not be there.
            true => objects::first(folder, stop)?,
            false if replaces => None,
            false => first_file(folder, stop)?,
        };
        match first.filter(|_| !replaces) {
            Some(file) => return Err(output::taken(&file)),
            None if store::is_url(folder) => return Ok(()),
            None => {}
        }
        output::check_below(self.pairs.iter().map(|pair| &*pair.output), stop)
    }
}

/// Refuses files that are written beside the outputs where they cannot be, or would be in the way.
pub(super) fn check_beside(
    files: &Files,
    job: &MatchParquet,
    manifest: Option<&Path>,
    stop: &Stop,
) -> Result<()> {
    let overwrite = job.settings.overwrite;
    let pairs = files.pairs.iter().flat_map(|pair| [&*pair.input, &*pair.output]);
    let others = pairs.chain([&*job.polygons, &*job.output]).chain(manifest);
    let mut others: HashSet<_> =
        if job.beside.is_empty() { HashSet::new() } else { others.map(real).collect() };
    for (parameter, path) in &job.beside {
        stop.check()?;
        let refuse = |what: &str| {
            let message = format!("{} {what}", path.display());
            Err(Error::Parameter { parameter, message })
        };
        let place = output::check_kind(parameter, path)?;
        let is_in_points = files.folder.is_some()
            && files.pattern.is_none()
            && real(&place).starts_with(real(&job.points));
        let is_point = files.pattern.as_ref().is_some_and(|pattern| pattern.matches(path));
        if !others.insert(real(&place)) {
            return refuse("is another file of the job");
        }
        if is_in_points || is_point {
            return refuse("would be among the points the next time");
        }
        output::check_free(path, overwrite, stop)?;
        // The job may be to make the folder.
        let folder = real(output::folder_of(&place));
        let is_made = |pair: &Pair| real(&pair.output).ancestors().skip(1).any(|at| at == folder);
        let is_below = |out: &PathBuf| folder.starts_with(real(out)) && !store::is_url(out);
        let is_to_be_made =
            files.folder.as_ref().is_some_and(is_below) && files.pairs.iter().any(is_made);
        if folder.exists() || !is_to_be_made {
            output::check_folder(path, &place)?;
        }
    }
    Ok(())
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
fn below(folder: &Path, stop: &Stop) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    let entries = WalkDir::new(folder).follow_links(true).into_iter();
    for entry in entries.filter_entry(|e| e.depth() == 0 || !is_hidden(e.file_name())) {
        stop.check()?;
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

/// The first file in a folder that is no temporary one of a job; `None` where there is no folder.
fn first_file(folder: &Path, stop: &Stop) -> Result<Option<PathBuf>> {
    if !folder.exists() {
        return Ok(None);
    }
    // The folder itself may be a link.
    for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        stop.check()?;
        let entry =
            entry.map_err(|error| Error::Io { path: folder.to_owned(), source: error.into() })?;
        let is_ours = entry.file_type().is_file() && is_temporary(entry.file_name());
        if !entry.file_type().is_dir() && !is_ours {
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
