use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

/// How the columns of an output are written: unless told, as those of an input in Parquet, by its
/// first codec and in its order.
pub(super) fn properties(
    like: Option<&ParquetMetaData>,
    compression: Option<Compression>,
) -> WriterPropertiesBuilder {
    let groups = like.map_or(&[][..], ParquetMetaData::row_groups);
    let first = groups.first();
    let codec = first.and_then(|group| group.columns().first()).map(|chunk| chunk.compression());
    // Two old codecs can be read only.
    let codec = match compression.or(codec) {
        None | Some(Compression::LZO | Compression::LZ4) => Compression::SNAPPY,
        Some(codec) => codec,
    };
    let order = first.and_then(|group| group.sorting_columns());
    let order = order.filter(|order| groups.iter().all(|g| g.sorting_columns() == Some(order)));
    WriterProperties::builder().set_compression(codec).set_sorting_columns(order.cloned())
}
