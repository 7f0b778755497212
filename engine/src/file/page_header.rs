//! As much of the header of a Parquet page, a struct in Thrift's compact protocol, as is needed to
//! go from page to page.

/// What is said of a page.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// Of the header itself.
    header_bytes: usize,
    page_bytes: usize,
    /// Of a page of data; a dictionary has none.
    values: i64,
    /// Where the header says that a page is not compressed, and the byte that says it.
    not_compressed: Option<(usize, u8)>,
}

/// Structs in structs, lists and maps: no header has more.
const DEEPEST: usize = 16;

// Types of fields.
const TRUE: u8 = 1;
const FALSE: u8 = 2;

impl PageHeader {
    /// Reads the header that the bytes begin with; `None` where there is none, or not all of it.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut input = Input { bytes, at: 0 };
        let mut header = Self::default();
        input.fields(|input, field, kind| {
            match (field, kind) {
                (3, 5) => header.page_bytes = usize::try_from(input.integer()?).ok()?,
                // A page of data of the first kind, and one of the second.
                (5 | 8, 12) => input.fields(|input, inner, kind| {
                    match (inner, kind) {
                        (1, 5) => header.values = input.integer()?,
                        (7, FALSE) if field == 8 => {
                            let at = input.at.checked_sub(1)?;
                            header.not_compressed = Some((at, *input.bytes.get(at)?));
                        }
                        _ => input.skip(kind, DEEPEST)?,
                    }
                    Some(())
                })?,
                _ => input.skip(kind, DEEPEST)?,
            }
            Some(())
        })?;
        header.header_bytes = input.at;
        Some(header)
    }

    /// Of header and page.
    pub(super) fn bytes(&self) -> u64 {
        (self.header_bytes + self.page_bytes) as u64
    }

    pub(super) fn values(&self) -> i64 {
        self.values.max(0)
    }

    /// Where the header says that the page is not compressed, if it does, and the byte that would
    /// say that it is.
    pub(super) fn not_compressed(&self) -> Option<(usize, u8)> {
        // The value of a boolean is in the type of its field. A field whose number does not follow
        // from the one before has it behind: no writer numbers so.
        self.not_compressed
            .filter(|(_, byte)| byte & 0x0f == FALSE && byte >> 4 != 0)
            .map(|(at, byte)| (at, byte & 0xf0 | TRUE))
    }
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Input<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let coded = self.varint()?;
        Some((coded >> 1) as i64 ^ -((coded & 1) as i64))
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        let at = self.at.checked_add(usize::try_from(bytes).ok()?)?;
        self.at = Some(at).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    /// Calls `each` with the number and type of every field of a struct, which it has to read.
    fn fields(&mut self, mut each: impl FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut field = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => self.integer()?,
                step => field.checked_add(i64::from(step))?,
            };
            each(self, field, head & 0x0f)?;
        }
    }

    /// Passes a value that is a field.
    fn skip(&mut self, kind: u8, deepest: usize) -> Option<()> {
        match kind {
            TRUE | FALSE => Some(()),
            kind => self.skip_value(kind, deepest),
        }
    }

    fn skip_value(&mut self, kind: u8, deepest: usize) -> Option<()> {
        let deeper = deepest.checked_sub(1)?;
        match kind {
            1..=3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let length = match head >> 4 {
                    15 => self.varint()?,
                    length => u64::from(length),
                };
                (0..length).try_for_each(|_| self.skip_value(head & 0x0f, deeper))
            }
            11 => {
                let length = self.varint()?;
                let kinds = if length == 0 { 0 } else { self.byte()? };
                (0..length).try_for_each(|_| {
                    self.skip_value(kinds >> 4, deeper)?;
                    self.skip_value(kinds & 0x0f, deeper)
                })
            }
            12 => self.fields(|input, _, kind| input.skip(kind, deeper)),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers() {
        // Type 3, 100 and 40 bytes, a page of the second kind: 7 values, 0 nulls, 7 rows, encoding
        // 0, levels of 2 and 0 bytes, not compressed.
        let second = [
            0x15, 0x06, 0x15, 0xc8, 0x01, 0x15, 0x50, 0x5c, 0x15, 0x0e, 0x15, 0x00, 0x15, 0x0e,
            0x15, 0x00, 0x15, 0x04, 0x15, 0x00, 0x12, 0x00, 0x00,
        ];
        let header = PageHeader::read(&second).unwrap();
        assert_eq!((header.bytes(), header.values()), (23 + 40, 7));
        assert_eq!(header.not_compressed(), Some((20, 0x11)));
        for end in 0..second.len() {
            assert_eq!(PageHeader::read(&second[..end]), None);
        }
        // A dictionary has no values of its own: type 2, 9 bytes, struct 7 of 3 values.
        let dictionary = [0x15, 0x04, 0x15, 0x12, 0x15, 0x12, 0x4c, 0x15, 0x06, 0x15, 0x00, 0, 0];
        let header = PageHeader::read(&dictionary).unwrap();
        assert_eq!((header.bytes(), header.values()), (13 + 9, 0));
        assert_eq!(header.not_compressed(), None);
        // Structs without end, lists that promise too much.
        assert_eq!(PageHeader::read(&[0x9c; 100]), None);
        assert_eq!(PageHeader::read(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]), None);
    }
}
