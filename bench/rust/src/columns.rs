use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::ScalarBuffer;
use arrow_ipc::reader::FileReader;
use arrow_select::concat::concat_batches;

use crate::protocol::Result;

/// The points of a workload, as two columns in memory: x, then y. Slices share the memory.
pub struct PointColumns([ScalarBuffer<f64>; 2]);

impl PointColumns {
    /// Reads the first `rows` rows.
    pub fn read(path: &Path, rows: usize) -> Result<Self> {
        let mut columns = [Vec::with_capacity(rows), Vec::with_capacity(rows)];
        for batch in reader(path)? {
            let batch = batch?;
            let taken = batch.num_rows().min(rows - columns[0].len());
            for (name, column) in ["x", "y"].iter().zip(&mut columns) {
                let values = named(&batch, name)?.clone();
                let values = values.as_primitive_opt::<Float64Type>().ok_or("points: not f64")?;
                column.extend_from_slice(&values.values()[..taken]);
            }
            if columns[0].len() == rows {
                return Ok(Self(columns.map(ScalarBuffer::from)));
            }
        }
        Err(format!("{} has fewer than {rows} rows", path.display()).into())
    }

    /// The first `rows` of both columns.
    pub fn first(&self, rows: usize) -> [ScalarBuffer<f64>; 2] {
        self.0.each_ref().map(|column| column.slice(0, rows))
    }
}

/// The polygons of a workload, as columns in memory.
pub enum PolygonColumns {
    /// One ring per row, as two list columns.
    Rings(ArrayRef, ArrayRef),
    /// WKB.
    Wkb(ArrayRef),
}

impl PolygonColumns {
    /// Reads all rows.
    pub fn read(path: &Path) -> Result<Self> {
        let reader = reader(path)?;
        let schema = reader.schema();
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
        let all = concat_batches(&schema, &batches)?;
        if all.column_by_name("geometry").is_some() {
            return Ok(Self::Wkb(named(&all, "geometry")?.clone()));
        }
        Ok(Self::Rings(named(&all, "x")?.clone(), named(&all, "y")?.clone()))
    }

    /// The memory of the columns, in bytes.
    pub fn bytes(&self) -> Result<usize> {
        let of = |column: &ArrayRef| column.to_data().get_slice_memory_size();
        Ok(match self {
            Self::Rings(x, y) => of(x)? + of(y)?,
            Self::Wkb(geometry) => of(geometry)?,
        })
    }
}

fn reader(path: &Path) -> Result<FileReader<BufReader<File>>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(FileReader::try_new(BufReader::new(file), None)?)
}

fn named<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    Ok(batch.column_by_name(name).ok_or_else(|| format!("column {name:?} is missing"))?)
}
