use std::io::{self, Write};

use bytes::{Bytes, BytesMut};

use super::{Object, Parts};

/// Bytes of the first parts. Stores take 10,000 parts at most, so that later ones are longer.
const PART_BYTES: usize = 16 << 20;

/// An object of so many bytes at most is sent when it is complete, as a whole.
const SMALL_BYTES: usize = 1 << 20;

/// Parts after which they are twice as long: so an object may have about 3 TB.
const DOUBLED_AFTER: usize = 1000;

/// An object while it is written: in parts, as soon as there are more bytes than one has.
///
/// Dropped before it is complete, it takes back what it has sent.
pub(crate) struct Upload {
    object: Box<dyn Object>,
    replaces: bool,
    buffer: BytesMut,
    parts: Option<Box<dyn Parts>>,
    sent: usize,
    bytes: u64,
}

impl Upload {
    pub(crate) fn new(object: Box<dyn Object>, replaces: bool) -> Self {
        Self { object, replaces, buffer: BytesMut::new(), parts: None, sent: 0, bytes: 0 }
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
        PART_BYTES << (self.sent / DOUBLED_AFTER).min(5)
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
