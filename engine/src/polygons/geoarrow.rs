use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, LargeListArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::extension::{
    EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY, ExtensionType,
};
use arrow_schema::{DataType, Field};
use geoarrow_schema::MultiPolygonType;

use super::{Nesting, Polygons};
use crate::crs::extension;

impl Polygons {
    /// The polygons as a column of GeoArrow multipolygons, which [`Polygons::from_geometry`] reads
    /// as they are, with their coordinate reference system; `name` is that of the column.
    ///
    /// Rows that are null or were skipped are null. Coordinates are not copied.
    pub fn to_geoarrow(&self, name: &str) -> (Field, ArrayRef) {
        let axis = |name| Field::new(name, DataType::Float64, false);
        let vertices = StructArray::new(
            vec![axis("x"), axis("y")].into(),
            [&self.x, &self.y].map(|c| Arc::new(Float64Array::new(c.clone(), None)) as _).into(),
            None,
        );
        let rings = lists("vertices", &self.rings, Arc::new(vertices), None);
        let nulls = self.nulls.clone();
        let rows = match &self.nesting {
            Nesting::Flat => {
                let each: Vec<usize> = (0..=self.len()).collect();
                let parts = lists("rings", &each, rings, None);
                lists("polygons", &each, parts, nulls)
            }
            Nesting::Nested { parts, rows } => {
                let parts = lists("rings", parts, rings, None);
                lists("polygons", rows, parts, nulls)
            }
        };
        let field = Field::new(name, rows.data_type().clone(), true);
        (field.with_metadata(self.extension().into_iter().collect()), rows)
    }

    fn extension(&self) -> [(String, String); 2] {
        let metadata = extension(self.crs.as_ref(), self.edges);
        [
            (EXTENSION_TYPE_NAME_KEY.to_owned(), MultiPolygonType::NAME.to_owned()),
            (EXTENSION_TYPE_METADATA_KEY.to_owned(), metadata),
        ]
    }
}

fn lists(item: &str, offsets: &[usize], values: ArrayRef, nulls: Option<NullBuffer>) -> ArrayRef {
    let offsets: Vec<i64> = offsets.iter().map(|&offset| offset as i64).collect();
    let item = Arc::new(Field::new(item, values.data_type().clone(), false));
    Arc::new(LargeListArray::new(item, OffsetBuffer::new(offsets.into()), values, nulls))
}
