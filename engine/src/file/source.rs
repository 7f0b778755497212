use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use crate::error::{Error, Result};
use crate::regular;
use crate::stop::{self, Stop};
use crate::store::{self, Head, Object};

/// Bytes that are asked for at once where a file is read through.
const READ_BYTES: usize = 1 << 18;

/// Bytes of an object that are asked for at once, where it is read through at one place.
const BLOCK_BYTES: usize = 4 << 20;

/// Blocks of an object that are kept take no more than this in all.
const BLOCKS_BYTES: usize = 32 << 20;

/// A file or an object that is read from several threads, each at a place of its own.
///
/// A [`File`] has one place for all its duplicates: two threads would read each other's bytes.
#[derive(Clone)]
pub(crate) struct Source {
    origin: Origin,
    len: u64,
    stop: Stop,
    /// In the order of their places.
    patches: Arc<[Patch]>,
}

/// A byte that is read as another than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) at: u64,
    pub(super) byte: u8,
}

#[derive(Clone)]
enum Origin {
    File(Arc<File>),
    Object(Arc<Blocks>),
}

/// An object, of which the blocks that were asked for last are kept.
struct Blocks {
    object: Arc<dyn Object>,
    head: Head,
    /// Bytes of a block at most.
    bytes: usize,
    /// How many are kept.
    most: usize,
    /// With the places of their first bytes; the one that was asked for last at the end.
    kept: Mutex<VecDeque<(u64, Bytes)>>,
}

/// The bytes of a [`Source`] from a place on.
pub(crate) struct At {
    source: Source,
    at: u64,
}

impl Source {
    /// Opens a regular file, or an object by its URL. Reading fails once work is to stop.
    pub(crate) fn open(path: &Path, stop: &Stop) -> Result<Self> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        if store::is_url(path) {
            let object = store::object(path, stop)?;
            let head = object.head().map_err(io)?;
            let head =
                head.ok_or_else(|| io(io::Error::new(io::ErrorKind::NotFound, "no such object")))?;
            let len = head.bytes;
            let blocks = Blocks::new(object.into(), head, READ_BYTES, 2);
            let origin = Origin::Object(Arc::new(blocks));
            return Ok(Self { origin, len, stop: stop.clone(), patches: [].into() });
        }
        let (file, metadata) = regular::open(path).map_err(io)?;
        let origin = Origin::File(Arc::new(file));
        Ok(Self { origin, len: metadata.len(), stop: stop.clone(), patches: [].into() })
    }

    /// The same, to be read through at so many places at once, so many bytes at each.
    pub(crate) fn through(&self, places: usize, bytes: u64) -> Self {
        let origin = match &self.origin {
            Origin::File(file) => Origin::File(file.clone()),
            Origin::Object(blocks) => {
                let Blocks { object, head, .. } = &**blocks;
                let most = (BLOCKS_BYTES / places.max(1)).min(BLOCK_BYTES);
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).min(most).max(READ_BYTES);
                // A page may begin in one block and end in the next.
                let blocks = Blocks::new(object.clone(), head.clone(), bytes, places + 1);
                Origin::Object(Arc::new(blocks))
            }
        };
        let (stop, patches) = (self.stop.clone(), self.patches.clone());
        Self { origin, len: self.len, stop, patches }
    }

    /// The same with other bytes at some places, which are in order.
    pub(super) fn with_patches(self, patches: Vec<Patch>) -> Self {
        Self { patches: patches.into(), ..self }
    }

    /// The same, to be read from its first byte to its last.
    pub(crate) fn whole(&self) -> Self {
        self.through(1, self.len)
    }

    /// Whether it is a file, not an object.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.origin, Origin::File(_))
    }

    /// What is kept of it at most, while it is read at a place.
    pub(crate) fn kept_bytes(&self) -> usize {
        match &self.origin {
            Origin::File(_) => 0,
            Origin::Object(_) => 2 * BLOCK_BYTES,
        }
    }

    /// All bytes, from the first on.
    pub(crate) fn reader(&self) -> BufReader<At> {
        self.starting_at(0)
    }

    fn starting_at(&self, at: u64) -> BufReader<At> {
        BufReader::with_capacity(READ_BYTES, At { source: self.clone(), at })
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        if self.stop.is_stopped() || stop::is_stopped() {
            // Not of the kind `Interrupted`, at which readers try again.
            return Err(io::Error::other("stopped"));
        }
        let read = self.read_unpatched(bytes, at)?;
        let first = self.patches.partition_point(|patch| patch.at < at);
        for patch in self.patches[first..].iter().take_while(|patch| patch.at - at < read as u64) {
            bytes[(patch.at - at) as usize] = patch.byte;
        }
        Ok(read)
    }

    fn read_unpatched(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        match &self.origin {
            #[cfg(unix)]
            Origin::File(file) => std::os::unix::fs::FileExt::read_at(&**file, bytes, at),
            #[cfg(windows)]
            Origin::File(file) => std::os::windows::fs::FileExt::seek_read(&**file, bytes, at),
            Origin::Object(blocks) => blocks.read_at(bytes, at),
        }
    }
}

impl Blocks {
    fn new(object: Arc<dyn Object>, head: Head, bytes: usize, most: usize) -> Self {
        Self { object, head, bytes, most, kept: Mutex::default() }
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        if at >= self.head.bytes || bytes.is_empty() {
            return Ok(0);
        }
        let there = self.block(at)?;
        let read = there.len().min(bytes.len());
        bytes[..read].copy_from_slice(&there[..read]);
        Ok(read)
    }

    /// What is known from a place on, or a block that begins there: two threads may ask for the same.
    fn block(&self, at: u64) -> io::Result<Bytes> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = kept();
            let has =
                |(start, block): &(u64, Bytes)| (*start..*start + block.len() as u64).contains(&at);
            if let Some(known) = kept.iter().position(has).and_then(|known| kept.remove(known)) {
                let there = known.1.slice((at - known.0) as usize..);
                kept.push_back(known);
                return Ok(there);
            }
        }
        let end = (at + self.bytes as u64).min(self.head.bytes);
        let block = self.object.read(at..end, &self.head)?;
        let mut kept = kept();
        kept.push_back((at, block.clone()));
        if kept.len() > self.most {
            kept.pop_front();
        }
        Ok(block)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Source {
    type T = BufReader<At>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.starting_at(start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        // Checked first: a broken file may promise any length.
        if start.checked_add(length as u64).is_none_or(|end| end > self.len) {
            let message = format!("{length} bytes at {start} are past the end, {}", self.len);
            return Err(ParquetError::EOF(message));
        }
        let mut bytes = vec![0; length];
        At { source: self.clone(), at: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

impl Read for At {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for At {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(from) => self.source.len.checked_add_signed(from),
            SeekFrom::Current(from) => self.at.checked_add_signed(from),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::ops::Range;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::store::Parts;

    /// Bytes of which each tells its place.
    struct Counted {
        len: u64,
        reads: AtomicUsize,
    }

    impl Object for Counted {
        fn head(&self) -> io::Result<Option<Head>> {
            Ok(Some(Head { bytes: self.len, changed: 0, mark: None }))
        }

        fn read(&self, range: Range<u64>, _head: &Head) -> io::Result<Bytes> {
            assert!(range.start < range.end && range.end <= self.len);
            self.reads.fetch_add(1, Relaxed);
            Ok(range.map(|at| (at % 251) as u8).collect())
        }

        fn below(&self, _most: usize) -> io::Result<Vec<(String, u64)>> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn put(&self, _bytes: Bytes, _replaces: bool) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn begin(&self) -> io::Result<Box<dyn Parts>> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    fn source(len: u64) -> (Arc<Counted>, Source) {
        let object = Arc::new(Counted { len, reads: AtomicUsize::new(0) });
        let head = object.head().unwrap().unwrap();
        let blocks = Blocks::new(object.clone(), head, READ_BYTES, 2);
        let origin = Origin::Object(Arc::new(blocks));
        (object, Source { origin, len, stop: Stop::default(), patches: [].into() })
    }

    fn is_right(bytes: &[u8], start: u64) -> bool {
        (start..).zip(bytes).all(|(at, byte)| *byte == (at % 251) as u8)
    }

    #[test]
    fn an_object_is_read_in_blocks() {
        let len = 2 * BLOCK_BYTES as u64 + 5;
        let (object, source) = source(len);
        let mut all = Vec::new();
        source.whole().reader().read_to_end(&mut all).unwrap();
        assert_eq!(all.len() as u64, len);
        assert!(is_right(&all, 0));
        assert_eq!(object.reads.swap(0, Relaxed), 3);

        let mut reader = source.reader();
        for (to, at) in [(SeekFrom::End(-5), len - 5), (SeekFrom::Start(7), 7)] {
            assert_eq!(reader.seek(to).unwrap(), at);
            let mut some = [0; 5];
            reader.read_exact(&mut some).unwrap();
            assert!(is_right(&some, at));
        }
        assert!(reader.seek(SeekFrom::Current(-100)).is_err());
        assert!(source.get_bytes(len - 1, 2).is_err());
        assert!(is_right(&source.get_bytes(len - 9, 9).unwrap(), len - 9));
    }

    #[test]
    fn places_beside_each_other_are_read_once() {
        let (object, source) = source(40 << 20);
        let places = [0, 10 << 20, 20 << 20, 30 << 20];
        let source = source.through(places.len(), 8 << 20);
        for page in 0..64 {
            for place in places {
                let start = place + page * (128 << 10);
                // The head of a page, and then the page.
                let mut head = [0; 16];
                source.get_read(start).unwrap().read_exact(&mut head).unwrap();
                assert!(is_right(&head, start));
                assert!(is_right(&source.get_bytes(start, 128 << 10).unwrap(), start));
            }
        }
        assert_eq!(object.reads.swap(0, Relaxed), places.len() * 2);
        // No more than is there to be read.
        let short = source.through(2, 300 << 10);
        assert!(is_right(&short.get_bytes(5, 300 << 10).unwrap(), 5));
        assert_eq!(object.reads.swap(0, Relaxed), 1);
    }
}
