//! Hillslopes, channels and flowpaths as Parquet tables.

use std::io::Write;
use std::sync::Arc;

use headwaters_raster::Cell;
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::{Side, Watershed};

/// Values of one column.
enum Column {
    Int(Vec<i32>),
    /// Missing where there is none, for example the outflow of the outlet channel.
    OptionalInt(Vec<Option<i32>>),
    Real(Vec<f64>),
    Text(Vec<&'static str>),
}

impl Column {
    fn counts<T>(rows: &[T], value: impl Fn(&T) -> usize) -> Self {
        Column::Int(rows.iter().map(|row| i32::try_from(value(row)).unwrap_or(i32::MAX)).collect())
    }

    fn ids<T>(rows: &[T], value: impl Fn(&T) -> u32) -> Self {
        // The number of basin cells keeps ids below 2³².
        Column::Int(rows.iter().map(|row| value(row) as i32).collect())
    }

    fn optional_ids<T>(rows: &[T], value: impl Fn(&T) -> Option<u32>) -> Self {
        Column::OptionalInt(rows.iter().map(|row| value(row).map(|id| id as i32)).collect())
    }

    fn reals<T>(rows: &[T], value: impl Fn(&T) -> f64) -> Self {
        Column::Real(rows.iter().map(value).collect())
    }

    fn texts<T>(rows: &[T], value: impl Fn(&T) -> &'static str) -> Self {
        Column::Text(rows.iter().map(value).collect())
    }
}

type Columns = Vec<(&'static str, Column)>;

impl Watershed {
    /// Writes one row per hillslope, by ascending id. `to_lonlat` turns map (x, y) into longitude and
    /// latitude for the centroids.
    ///
    /// # Errors
    /// Failure to write to the sink.
    pub fn write_hillslopes_parquet(
        &self,
        sink: impl Write + Send,
        mut to_lonlat: impl FnMut(f64, f64) -> (f64, f64),
    ) -> Result<(), ParquetError> {
        let rows = &self.hillslopes;
        let lonlat: Vec<_> = rows.iter().map(|row| to_lonlat(row.centroid_xy.0, row.centroid_xy.1)).collect();
        write(
            sink,
            vec![
                ("topaz_id", Column::ids(rows, |row| row.topaz_id)),
                ("wepp_id", Column::ids(rows, |row| row.wepp_id)),
                ("side", Column::texts(rows, |row| side_name(row.side))),
                ("channel_topaz_id", Column::ids(rows, |row| row.channel_topaz_id)),
                ("channel_wepp_id", Column::ids(rows, |row| row.channel_wepp_id)),
                ("cell_count", Column::counts(rows, |row| row.cells.len())),
                ("area_m2", Column::reals(rows, |row| row.area_m2)),
                ("length_m", Column::reals(rows, |row| row.length_m)),
                ("width_m", Column::reals(rows, |row| row.width_m)),
                ("unclipped_length_m", Column::reals(rows, |row| row.unclipped_length_m)),
                ("length_estimate_mode", Column::texts(rows, |row| row.length_estimate.name())),
                ("longest_flowpath_m", Column::reals(rows, |row| row.longest_flowpath_m)),
                ("flowpath_count", Column::counts(rows, |row| row.flowpath_count)),
                ("slope_scalar", Column::reals(rows, |row| row.slope_scalar)),
                ("aspect_deg", Column::reals(rows, |row| row.aspect_deg)),
                ("direction_deg", Column::reals(rows, |row| row.direction_deg)),
                ("elevation_m", Column::reals(rows, |row| row.elevation_m)),
                ("head_elevation_m", Column::reals(rows, |row| row.head_elevation_m)),
                ("centroid_row", Column::reals(rows, |row| row.centroid_row_col.0)),
                ("centroid_col", Column::reals(rows, |row| row.centroid_row_col.1)),
                ("centroid_x", Column::reals(rows, |row| row.centroid_xy.0)),
                ("centroid_y", Column::reals(rows, |row| row.centroid_xy.1)),
                ("centroid_lon", Column::reals(&lonlat, |point| point.0)),
                ("centroid_lat", Column::reals(&lonlat, |point| point.1)),
            ],
        )
    }

    /// Writes one row per channel, in WEPP's order. For `to_lonlat` see
    /// [`Watershed::write_hillslopes_parquet`].
    ///
    /// # Errors
    /// Failure to write to the sink.
    pub fn write_channels_parquet(
        &self,
        sink: impl Write + Send,
        mut to_lonlat: impl FnMut(f64, f64) -> (f64, f64),
    ) -> Result<(), ParquetError> {
        let rows = &self.channels;
        let lonlat: Vec<_> = rows.iter().map(|row| to_lonlat(row.centroid_xy.0, row.centroid_xy.1)).collect();
        write(
            sink,
            vec![
                ("topaz_id", Column::ids(rows, |row| row.topaz_id)),
                ("wepp_id", Column::ids(rows, |row| row.wepp_id)),
                ("channel_number", Column::ids(rows, |row| row.channel_number)),
                ("order", Column::ids(rows, |row| row.order.into())),
                ("outflow_topaz_id", Column::optional_ids(rows, |row| row.outflow)),
                ("top_hillslope", Column::optional_ids(rows, |row| row.top_hillslope)),
                ("left_hillslope", Column::optional_ids(rows, |row| row.left_hillslope)),
                ("right_hillslope", Column::optional_ids(rows, |row| row.right_hillslope)),
                ("cell_count", Column::counts(rows, |row| row.cells.len())),
                ("area_m2", Column::reals(rows, |row| row.area_m2)),
                ("length_m", Column::reals(rows, |row| row.length_m)),
                ("width_m", Column::reals(rows, |row| row.width_m)),
                ("drainage_area_m2", Column::reals(rows, |row| row.drainage_area_m2)),
                ("head_drainage_area_m2", Column::reals(rows, |row| row.head_drainage_area_m2)),
                ("slope_scalar", Column::reals(rows, |row| row.slope_scalar)),
                ("aspect_deg", Column::reals(rows, |row| row.aspect_deg)),
                ("direction_deg", Column::reals(rows, |row| row.direction_deg)),
                ("head_elevation_m", Column::reals(rows, |row| row.head_elevation_m)),
                ("tail_elevation_m", Column::reals(rows, |row| row.tail_elevation_m)),
                ("head_row", Column::counts(rows, |row| row.head_row_col.0)),
                ("head_col", Column::counts(rows, |row| row.head_row_col.1)),
                ("tail_row", Column::counts(rows, |row| row.tail_row_col.0)),
                ("tail_col", Column::counts(rows, |row| row.tail_row_col.1)),
                ("centroid_x", Column::reals(rows, |row| row.centroid_xy.0)),
                ("centroid_y", Column::reals(rows, |row| row.centroid_xy.1)),
                ("centroid_lon", Column::reals(&lonlat, |point| point.0)),
                ("centroid_lat", Column::reals(&lonlat, |point| point.1)),
            ],
        )
    }

    /// Writes one row per flowpath, in the order of the hillslopes. For `to_lonlat` see
    /// [`Watershed::write_hillslopes_parquet`]; here it places the sources.
    ///
    /// # Errors
    /// Failure to write to the sink.
    pub fn write_flowpaths_parquet(
        &self,
        sink: impl Write + Send,
        mut to_lonlat: impl FnMut(f64, f64) -> (f64, f64),
    ) -> Result<(), ParquetError> {
        let rows = &self.flowpaths;
        let mut place = |(row, col)| {
            let (x, y) = self.transform.centre(Cell { row, col });
            to_lonlat(x, y)
        };
        let lonlat: Vec<_> = rows.iter().map(|row| place(row.source_row_col)).collect();
        write(
            sink,
            vec![
                ("topaz_id", Column::ids(rows, |row| row.topaz_id)),
                ("wepp_id", Column::ids(rows, |row| row.wepp_id)),
                ("flowpath_number", Column::ids(rows, |row| row.flowpath_number)),
                ("cell_count", Column::ids(rows, |row| row.cell_count)),
                ("length_m", Column::reals(rows, |row| row.length_m)),
                ("slope_scalar", Column::reals(rows, |row| row.slope_scalar)),
                ("direction_deg", Column::reals(rows, |row| row.direction_deg)),
                ("elevation_m", Column::reals(rows, |row| row.elevation_m)),
                ("source_row", Column::counts(rows, |row| row.source_row_col.0)),
                ("source_col", Column::counts(rows, |row| row.source_row_col.1)),
                ("channel_row", Column::counts(rows, |row| row.channel_row_col.0)),
                ("channel_col", Column::counts(rows, |row| row.channel_row_col.1)),
                ("source_lon", Column::reals(&lonlat, |point| point.0)),
                ("source_lat", Column::reals(&lonlat, |point| point.1)),
            ],
        )
    }
}

const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Top => "top",
        Side::Left => "left",
        Side::Right => "right",
    }
}

fn write(sink: impl Write + Send, columns: Columns) -> Result<(), ParquetError> {
    let fields = columns.iter().map(|(name, column)| field(name, column)).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("schema").with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut file = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties))?;
    let mut rows = file.next_row_group()?;
    for (_, column) in &columns {
        write_column(&mut rows, column)?;
    }
    rows.close()?;
    file.close()?;
    Ok(())
}

fn field(name: &str, column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical, repetition) = match column {
        Column::Int(_) => (PhysicalType::INT32, None, Repetition::REQUIRED),
        Column::OptionalInt(_) => (PhysicalType::INT32, None, Repetition::OPTIONAL),
        Column::Real(_) => (PhysicalType::DOUBLE, None, Repetition::REQUIRED),
        Column::Text(_) => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
    };
    let field = Type::primitive_type_builder(name, physical)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()?;
    Ok(Arc::new(field))
}

fn write_column<W: Write + Send>(
    rows: &mut SerializedRowGroupWriter<'_, W>,
    column: &Column,
) -> Result<(), ParquetError> {
    let Some(mut writer) = rows.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    match column {
        Column::Int(values) => writer.typed::<Int32Type>().write_batch(values, None, None)?,
        Column::OptionalInt(values) => {
            let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
            let present: Vec<i32> = values.iter().copied().flatten().collect();
            writer.typed::<Int32Type>().write_batch(&present, Some(&levels), None)?
        }
        Column::Real(values) => writer.typed::<DoubleType>().write_batch(values, None, None)?,
        Column::Text(values) => {
            let bytes: Vec<ByteArray> = values.iter().map(|&value| ByteArray::from(value)).collect();
            writer.typed::<ByteArrayType>().write_batch(&bytes, None, None)?
        }
    };
    writer.close()
}
