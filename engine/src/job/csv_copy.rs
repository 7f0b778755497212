//! CSV to CSV, byte for byte: quotes, ends of lines and empty lines stay, and each record gets one
//! more field.

use std::io::{self, BufRead, Write};

use arrow_array::ArrayRef;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use csv_core::{ReadRecordResult, Reader};

use super::csv::Csv;
use super::question::Task;
use super::watch::Tally;
use crate::error::{Error, Result};

/// Writes all of a file, and the answers beside it.
pub(super) fn copy_csv<W: Write + Send>(
    task: Task<'_>,
    csv: &Csv,
    mut output: W,
) -> Result<(W, Tally)> {
    let Task { input, question, watch, tallies } = task;
    let in_file = |error: Error| error.in_file(input.path());
    let write = |error: io::Error| Error::Io { path: input.path().to_owned(), source: error };
    let mut records = Records::new(csv.source()?.reader());
    let mut lines = Vec::new();
    records.append(&quoted(&question.name), &mut lines).map_err(write)?;
    let mut tally = Tally::default();
    for read in input.batches() {
        let (_, points) = read?;
        watch.check()?;
        let (answers, of_batch) = question.ask(&points, tallies)?;
        for field in fields(&answers).map_err(in_file)? {
            records.append(&field, &mut lines).map_err(write)?;
        }
        output.write_all(&lines).map_err(write)?;
        lines.clear();
        tally.add(of_batch);
        watch.add(of_batch);
    }
    records.rest(&mut lines).map_err(write)?;
    output.write_all(&lines).map_err(write)?;
    Ok((output, tally))
}

/// The answers as fields.
fn fields(answers: &ArrayRef) -> Result<Vec<String>> {
    let options = FormatOptions::default();
    let texts = ArrayFormatter::try_new(answers, &options)?;
    let text = |row| Ok(quoted(&texts.value(row).try_to_string()?));
    (0..answers.len()).map(text).collect()
}

/// A field with quotes, where it needs them.
fn quoted(field: &str) -> String {
    match field.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

/// The records of a CSV file as they are written, by the same rules as its reader has.
struct Records<R> {
    reader: R,
    rules: Reader,
    record: Vec<u8>,
    /// What the rules make of a record, which nobody looks at.
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: BufRead> Records<R> {
    fn new(reader: R) -> Self {
        let (fields, ends) = (vec![0; 1 << 12], vec![0; 1 << 8]);
        Self { reader, rules: Reader::new(), record: vec![], fields, ends }
    }

    /// Reads a record, and what may be between it and the one before; false behind the last one.
    fn read(&mut self) -> io::Result<bool> {
        self.record.clear();
        loop {
            let bytes = self.reader.fill_buf()?;
            let (result, read, ..) =
                self.rules.read_record(bytes, &mut self.fields, &mut self.ends);
            self.record.extend_from_slice(&bytes[..read]);
            self.reader.consume(read);
            match result {
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
                _ => {}
            }
        }
    }

    /// Writes the next record with one more field.
    fn append(&mut self, field: &str, output: &mut Vec<u8>) -> io::Result<()> {
        if !self.read()? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let start = self.record.iter().take_while(|byte| is_end(byte)).count();
        let has_end = self.record.len() > start && self.record.last().is_some_and(is_end);
        let end = self.record.len() - usize::from(has_end);
        output.extend_from_slice(&self.record[..end]);
        output.push(b',');
        output.extend_from_slice(field.as_bytes());
        output.extend_from_slice(&self.record[end..]);
        Ok(())
    }

    /// Writes what is behind the last record.
    fn rest(&mut self, output: &mut Vec<u8>) -> io::Result<()> {
        if self.read()? {
            return Err(io::ErrorKind::InvalidData.into());
        }
        output.extend_from_slice(&self.record);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn records_stay_as_they_are() {
        let cases = [
            ("a,b\n1,2\n", "a,b,0\n1,2,1\n"),
            ("a,b\n1,2", "a,b,0\n1,2,1"),
            ("a\r\n\"x\"\r\n", "a,0\r\n\"x\",1\r\n"),
            ("\u{feff}a\n\n\n \"b\" \r\r\nc\n\n", "\u{feff}a,0\n\n\n \"b\" ,1\r\r\nc,2\n\n"),
            ("a\n\"1\r\n\"\"2\"\n", "a,0\n\"1\r\n\"\"2\",1\n"),
            ("a,b\n,\n\"\",\n", "a,b,0\n,,1\n\"\",,2\n"),
        ];
        let long = format!("{}\n{}\n", "a".repeat(9_999), ",".repeat(999));
        let longer = format!("{},0\n{},1\n", "a".repeat(9_999), ",".repeat(999));
        for (given, expected) in cases.into_iter().chain([(&*long, &*longer)]) {
            // The mark at the start is known if it comes as a whole, and not alone.
            let least = if given.starts_with('\u{feff}') { 4 } else { 1 };
            for capacity in [least, 4, 5, 1000] {
                let mut records =
                    Records::new(BufReader::with_capacity(capacity, given.as_bytes()));
                let mut output = vec![];
                let mut field = 0;
                while records.append(&field.to_string(), &mut output).is_ok() {
                    field += 1;
                }
                output.extend_from_slice(&records.record);
                assert_eq!(String::from_utf8(output).unwrap(), expected);
            }
        }
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let cases =
            [("a b", "a b"), ("a,b", "\"a,b\""), ("\"", "\"\"\"\""), ("\n", "\"\n\""), ("", "")];
        for (field, expected) in cases {
            assert_eq!(quoted(field), expected);
        }
    }
}
