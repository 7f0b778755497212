//! The objects of a store that hold points, or that are in the way of answers.

use std::io;
use std::path::{Path, PathBuf};

use super::files::{is_hidden, unknown};
use super::format::Format;
use super::pattern::{Pattern, is_pattern};
use crate::error::{Error, Result};
use crate::stop::Stop;
use crate::store;

/// What is at a URL.
pub(super) enum Found {
    One,
    /// All objects below it, as they are called from there, in no order.
    Below(Vec<PathBuf>),
    /// Those that match, as they are called from where the pattern begins.
    Matching(Pattern, Vec<PathBuf>),
}

/// Finds the points at a URL: an object; what matches a pattern; or all below it.
pub(super) fn find(points: &Path, stop: &Stop) -> Result<Found> {
    if is_there(points, stop)? {
        return Ok(Found::One);
    }
    match points.to_str().filter(|_| is_pattern(points)) {
        Some(text) => matching(points, text, stop),
        None => {
            let mut names = Vec::new();
            for name in below(points, stop)? {
                names.extend(is_taken(points, &name)?.then_some(name));
            }
            if names.is_empty() {
                let source =
                    io::Error::new(io::ErrorKind::NotFound, "no such object, nor any below it");
                return Err(Error::Io { path: points.to_owned(), source });
            }
            Ok(Found::Below(names))
        }
    }
}

/// Whether there is an object of this name; of one that ends as a directory there is none.
pub(super) fn is_there(url: &Path, stop: &Stop) -> Result<bool> {
    let head = store::object(url, stop)?.head().map_err(at(url))?;
    Ok(head.is_some() && !is_directory(url))
}

/// Whether it ends as a directory, or names a bucket alone.
pub(super) fn is_directory(url: &Path) -> bool {
    url.as_os_str().as_encoded_bytes().ends_with(b"/") || url.components().count() < 3
}

/// The first object below a URL that the store tells. Fails where the bucket is not there.
pub(super) fn first(url: &Path, stop: &Stop) -> Result<Option<PathBuf>> {
    let first = store::object(url, stop)?.below(1).map_err(at(url))?;
    Ok(first.first().map(|(name, _)| url.join(name)))
}

/// All but what stands for a directory.
fn below(url: &Path, stop: &Stop) -> Result<Vec<PathBuf>> {
    let names = store::object(url, stop)?.below(usize::MAX).map_err(at(url))?;
    let is_marker = |name: &Path, bytes| bytes == 0 && Format::told(name).is_none();
    let names = names.into_iter().map(|(name, bytes)| (PathBuf::from(name), bytes));
    Ok(names.filter(|(name, bytes)| !is_marker(name, *bytes)).map(|(name, _)| name).collect())
}

/// Whether an object is one of points; another is an error, unless it is hidden.
fn is_taken(base: &Path, name: &Path) -> Result<bool> {
    if name.components().any(|part| is_hidden(part.as_ref())) {
        return Ok(false);
    }
    match Format::told(name) {
        Some(_) => Ok(true),
        None => Err(unknown(&base.join(name))),
    }
}

fn matching(points: &Path, text: &str, stop: &Stop) -> Result<Found> {
    let is_there = |url: &Path| Ok(first(url, stop)?.is_some());
    let pattern = Pattern::of_objects(text, is_there)?;
    let base = pattern.base();
    let mut names = Vec::new();
    for name in below(base, stop)? {
        let path = base.join(&name);
        let taken = match pattern.matches(&path) {
            true => !name.components().any(|part| is_hidden(part.as_ref())),
            // A directory that matches is taken whole.
            false => path.ancestors().any(|at| pattern.matches(at)) && is_taken(base, &name)?,
        };
        names.extend(taken.then_some(name));
    }
    if names.is_empty() {
        let source = io::Error::new(io::ErrorKind::NotFound, "no object matches");
        return Err(Error::Io { path: points.to_owned(), source });
    }
    Ok(Found::Matching(pattern, names))
}

fn at(url: &Path) -> impl Fn(io::Error) -> Error {
    let path = url.to_owned();
    move |source| Error::Io { path: path.clone(), source }
}
