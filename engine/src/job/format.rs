use std::path::Path;

/// What a file of points or answers is, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `.parquet`, `.pq`, and any other name.
    Parquet,
    /// `.csv`, with a header.
    Csv,
    /// The file format of Arrow IPC: `.arrow`, `.feather`, `.ipc`.
    Arrow,
}

/// The ends of names that are known, but for what they are anyway.
pub(super) const EXTENSIONS: [(&str, Format); 6] = [
    ("parquet", Format::Parquet),
    ("pq", Format::Parquet),
    ("csv", Format::Csv),
    ("arrow", Format::Arrow),
    ("feather", Format::Arrow),
    ("ipc", Format::Arrow),
];

impl Format {
    pub(super) fn of(path: &Path) -> Self {
        Self::told(path).unwrap_or(Self::Parquet)
    }

    /// That of a name which tells it.
    pub(super) fn told(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        let known = EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
        known.map(|(_, format)| *format)
    }
}
