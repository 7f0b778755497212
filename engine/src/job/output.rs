//! A Parquet file that appears whole or not at all.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowWriter};
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::file::Table;

/// Refuses what cannot be an output, before any work is done.
pub(super) fn check(path: &Path, inputs: [&PathBuf; 2]) -> Result<()> {
    let refuse = |message: String| Err(Error::Parameter { parameter: "output", message });
    if path.is_dir() {
        return refuse(format!("{} is a directory: expected a file name", path.display()));
    }
    if path.exists() && !path.is_file() {
        // Renaming over a device or a pipe would replace it.
        return refuse(format!("{} is no ordinary file", path.display()));
    }
    // A file that does not exist is none of the inputs.
    let same = |input: &Path| match (path.canonicalize(), input.canonicalize()) {
        (Ok(output), Ok(input)) => output == input,
        _ => false,
    };
    if inputs.into_iter().any(|input| same(input)) {
        return refuse(format!("{} is one of the inputs", path.display()));
    }
    let folder = folder_of(path);
    match std::fs::metadata(folder) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::Io { path: folder.to_owned(), source }),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The output while it is written: a temporary file beside its place.
pub(super) struct Output {
    path: PathBuf,
    writer: ArrowWriter<NamedTempFile>,
}

impl Output {
    /// Keeps the compression and the key-value metadata of `like`.
    pub(super) fn create(path: &Path, schema: &SchemaRef, like: &Table) -> Result<Self> {
        // A link stays a link: what it points to is replaced.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".poly-match-").suffix(".parquet");
        #[cfg(unix)]
        {
            // As any new file: whoever the umask lets read it. Temporary files are private else.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder
            .tempfile_in(folder_of(path))
            // Its text would name the temporary file.
            .map_err(|error| Error::Io { path: path.to_owned(), source: error.kind().into() })?;
        let metadata = like.metadata();
        let codec = metadata
            .row_groups()
            .first()
            .and_then(|group| group.columns().first())
            .map_or(Compression::SNAPPY, |column| column.compression());
        // Two old codecs can be read only.
        let codec = match codec {
            Compression::LZO | Compression::LZ4 => Compression::SNAPPY,
            codec => codec,
        };
        let properties = WriterProperties::builder().set_compression(codec).build();
        let broken = |source| Error::Parquet { path: path.to_owned(), source };
        let mut writer =
            ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(broken)?;
        for pair in metadata.file_metadata().key_value_metadata().into_iter().flatten() {
            if pair.key != ARROW_SCHEMA_META_KEY {
                writer.append_key_value_metadata(pair.clone());
            }
        }
        Ok(Self { path: path.to_owned(), writer })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let path = &self.path;
        self.writer.write(batch).map_err(|source| Error::Parquet { path: path.clone(), source })
    }

    /// Writes the footer, waits for the disk, and gives the file its name.
    pub(super) fn finish(self) -> Result<()> {
        let path = self.path;
        let file = self
            .writer
            .into_inner()
            .map_err(|source| Error::Parquet { path: path.clone(), source })?;
        file.as_file().sync_all().map_err(|source| Error::Io { path: path.clone(), source })?;
        match file.persist(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::Io { path, source: error.error }),
        }
    }
}
