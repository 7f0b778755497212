use std::io::{self, Write};

use bytes::{Bytes, BytesMut};

use super::{Object, Parts};

/// Bytes of a part at least.
const PART_BYTES: usize = 16 << 20;

/// Bytes of a part at most: stores take 5 GiB.
const MOST_BYTES: usize = 4 << 30;

/// Parts that stores take at most.
const MOST_PARTS: usize = 10_000;

/// An object of so many bytes at most is sent when it is complete, as a whole.
const SMALL_BYTES: usize = 1 << 20;

/// Parts after which they grow, where an object has become far larger than expected: better than to
/// fail, though some stores want all parts but the last to have one length.
const GROW_AFTER: usize = MOST_PARTS - 500;

/// An object while it is written: in parts, as soon as there are more bytes than one has. All parts
/// but the last have the same length, which follows from the bytes that the object is expected to
/// have.
///
/// Dropped before it is complete, it takes back what it has sent.
pub(crate) struct Upload {
    object: Box<dyn Object>,
    replaces: bool,
    buffer: BytesMut,
    /// Bytes of a part.
    part: usize,
    parts: Option<Box<dyn Parts>>,
    sent: usize,
    bytes: u64,
}

impl Upload {
    /// Of about so many bytes: up to twice as many fit.
    pub(crate) fn new(object: Box<dyn Object>, replaces: bool, expected_bytes: u64) -> Self {
        let part = part_for(expected_bytes);
        Self { object, replaces, buffer: BytesMut::new(), part, parts: None, sent: 0, bytes: 0 }
    }

    /// Sends what is left, but for a small object.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        let is_small = self.parts.is_none() && self.buffer.len() <= SMALL_BYTES;
        if is_small || self.buffer.is_empty() { Ok(()) } else { self.send() }
    }

    /// Lets the object appear, and tells its bytes.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] where there is one that is not to be replaced.
    pub(crate) fn complete(mut self) -> io::Result<u64> {
        self.sync()?;
        let Some(mut parts) = self.parts.take() else {
            self.object.put(self.buffer.split().freeze(), self.replaces)?;
            return Ok(self.bytes);
        };
        // Not all stores can refuse to complete what has come to be there meanwhile.
        let mut complete = || match !self.replaces && self.object.head()?.is_some() {
            true => Err(io::ErrorKind::AlreadyExists.into()),
            false => parts.complete(),
        };
        match complete() {
            Ok(()) => Ok(self.bytes),
            Err(error) => {
                parts.abort();
                Err(error)
            }
        }
    }

    fn part_bytes(&self) -> usize {
        let growths = self.sent.saturating_sub(GROW_AFTER).div_ceil(100).min(5);
        (self.part << growths).min(MOST_BYTES.max(self.part))
    }

    fn send(&mut self) -> io::Result<()> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(self.object.begin()?),
        };
        let part: Bytes = self.buffer.split().freeze();
        parts.put(part)?;
        self.sent += 1;
        Ok(())
    }
}

/// Bytes of each part of an object of so many bytes, in whole MiB.
fn part_for(expected_bytes: u64) -> usize {
    let needed = expected_bytes.saturating_mul(2).div_ceil(MOST_PARTS as u64);
    let needed = usize::try_from(needed.next_multiple_of(1 << 20)).unwrap_or(MOST_BYTES);
    needed.clamp(PART_BYTES, MOST_BYTES)
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.part_bytes() - self.buffer.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.buffer.extend_from_slice(taken);
        self.bytes += taken.len() as u64;
        if self.buffer.len() == self.part_bytes() {
            self.send()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(parts) = &mut self.parts {
            parts.abort();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::ops::Range;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::store::Head;

    /// Lengths of the parts that are put.
    #[derive(Default, Clone)]
    struct Lengths(Arc<Mutex<Vec<usize>>>);

    impl Parts for Lengths {
        fn put(&mut self, part: Bytes) -> io::Result<()> {
            self.0.lock().unwrap().push(part.len());
            Ok(())
        }

        fn complete(&mut self) -> io::Result<()> {
            Ok(())
        }

        fn abort(&mut self) {}
    }

    impl Object for Lengths {
        fn head(&self) -> io::Result<Option<Head>> {
            Ok(None)
        }

        fn read(&self, _range: Range<u64>, _head: &Head) -> io::Result<Bytes> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn below(&self, _most: usize) -> io::Result<Vec<(String, u64)>> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn put(&self, _bytes: Bytes, _replaces: bool) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn begin(&self) -> io::Result<Box<dyn Parts>> {
            Ok(Box::new(self.clone()))
        }
    }

    /// Lengths of the parts of an object, where a part is of `part` bytes.
    fn lengths(bytes: usize, part: usize) -> Vec<usize> {
        let lengths = Lengths::default();
        let mut upload = Upload::new(Box::new(lengths.clone()), false, 0);
        upload.part = part;
        upload.write_all(&vec![7; bytes]).unwrap();
        assert_eq!(upload.complete().unwrap(), bytes as u64);
        lengths.0.lock().unwrap().clone()
    }

    #[test]
    fn parts_have_one_length() {
        let few = lengths((16 << 20) * 3 + 5, 16 << 20);
        assert_eq!(few, [16 << 20, 16 << 20, 16 << 20, 5]);
        let many = lengths(8_000 * 1_000 + 1, 1_000);
        assert_eq!(many.len(), 8_001);
        assert!(many[..8_000].iter().all(|length| *length == 1_000));
        // Far more than expected: longer at the end, rather than more than stores take.
        let more = lengths(15_000 * 1_000, 1_000);
        assert!(more.len() <= MOST_PARTS && more[..more.len() - 1].is_sorted());
        assert!(more[..GROW_AFTER].iter().all(|length| *length == 1_000));
    }

    #[test]
    fn a_part_is_long_enough_for_what_is_expected() {
        let (gb, tb) = (1_000_000_000, 1_000_000_000_000);
        for expected in [0, 1, gb, 80 * gb, 81 * gb, tb, 3 * tb] {
            let part = part_for(expected);
            assert!(part >= PART_BYTES && part.is_multiple_of(1 << 20));
            assert!(part as u64 * MOST_PARTS as u64 >= 2 * expected);
        }
        assert_eq!(part_for(80 * gb), PART_BYTES);
        assert_eq!(part_for(u64::MAX), MOST_BYTES);
    }
}
