//! Writing Cloud Optimized GeoTIFFs.

use std::io::{Cursor, Seek, Write};

use geotiff_core::{GeoTransform as LibraryTransform, RasterType};
use geotiff_writer::{
    CogBuilder, ColorMap, Compression, GeoTiffBuilder, PhotometricInterpretation, Predictor, Resampling,
};
use ndarray::ArrayView2;

use super::GeoTiffError;
use crate::crs::geokeys;
use crate::{ColourTable, Raster, Sample, SampleType};

/// Side of a tile, in cells.
const TILE: u32 = 256;

/// Resampling of overviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverviewResampling {
    /// The nearest cell: for classes.
    #[default]
    Nearest,
    /// The mean of the cells with data: for quantities.
    Average,
}

/// Options for writing a raster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CogOptions {
    /// Resampling of overviews; `None` writes none.
    pub overviews: Option<OverviewResampling>,
    /// Deflate level, 1 (fast) to 9 (small).
    pub deflate_level: u32,
}

impl Default for CogOptions {
    /// Nearest-cell overviews, level 6.
    fn default() -> Self {
        Self { overviews: Some(OverviewResampling::Nearest), deflate_level: 6 }
    }
}

/// Writes a raster as a Cloud Optimized GeoTIFF: 256-cell tiles, deflate with the predictor that suits the
/// values, overviews until one tile holds the whole, its coordinate system, nodata value and colours.
///
/// # Errors
/// Empty rasters, coordinate systems that GeoTIFF cannot express, colours on anything but `u8` and `u16`, and
/// failures of the sink.
pub fn write_cog<T: Sample, W: Write + Seek>(
    raster: &Raster<T>,
    options: &CogOptions,
    sink: W,
) -> Result<(), GeoTiffError> {
    let (rows, cols) = (raster.grid.rows(), raster.grid.cols());
    let unwritable = |reason: String| GeoTiffError::Unwritable(reason);
    let side = |count: usize| u32::try_from(count).ok().filter(|count| *count > 0);
    let (Some(height), Some(width)) = (side(rows), side(cols)) else {
        return Err(unwritable(format!("{rows} rows and {cols} columns is no valid size")));
    };
    let mut builder = GeoTiffBuilder::new(width, height)
        .tile_size(TILE, TILE)
        .compression(Compression::Deflate)
        .deflate_level(options.deflate_level.clamp(1, 9))
        .predictor(predictor(T::TYPE))
        .raster_type(RasterType::PixelIsArea)
        .transform(LibraryTransform::from_origin_and_pixel_size(
            raster.transform.west,
            raster.transform.north,
            raster.transform.cell_width,
            -raster.transform.cell_height,
        ));
    for (key, value) in geokeys::to_geokeys(&raster.crs)? {
        builder = builder.geokey(key, value);
    }
    if let Some(nodata) = raster.nodata {
        builder = builder.nodata(&nodata_text(nodata));
    }
    if let Some(colours) = &raster.colours {
        builder = builder
            .photometric(PhotometricInterpretation::Palette)
            .color_map(colour_map(colours, T::TYPE)?)
            .predictor(Predictor::None);
    }
    let cog = CogBuilder::new(builder);
    let cog = match options.overviews {
        None => cog.no_overviews(),
        Some(how) => cog.overview_levels(overview_levels(width.max(height))).resampling(match how {
            OverviewResampling::Nearest => Resampling::NearestNeighbor,
            OverviewResampling::Average => Resampling::Average,
        }),
    };
    let cells = ArrayView2::from_shape((rows, cols), raster.grid.as_slice())
        .map_err(|error| unwritable(error.to_string()))?;
    cog.write_2d_to(sink, cells).map_err(|error| unwritable(error.to_string()))
}

/// [`write_cog`] into memory.
///
/// ```
/// use headwaters_raster::{Bounds, CogOptions, Crs, GeoTiff, Grid, GridSpec, Raster, Window, encode_cog};
///
/// let bounds = Bounds { west: 0.0, south: 0.0, east: 300.0, north: 300.0 };
/// let spec = GridSpec::covering(&Crs::from_epsg(32611)?, bounds, 30.0)?;
/// let grid = Grid::from_fn(spec.rows, spec.cols, |cell| cell.col as u8);
/// let raster = Raster::new(grid, &spec, Some(255)).expect("the grid has the shape of its frame");
/// let tiff = GeoTiff::from_bytes(encode_cog(&raster, &CogOptions::default())?)?;
/// assert_eq!((tiff.rows(), tiff.cols(), tiff.nodata()), (10, 10, Some("255")));
/// let corner = tiff.read_window::<u8>(Window { row: 0, col: 8, rows: 1, cols: 2 })?;
/// assert_eq!(corner.grid.as_slice(), [8, 9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`write_cog`].
pub fn encode_cog<T: Sample>(raster: &Raster<T>, options: &CogOptions) -> Result<Vec<u8>, GeoTiffError> {
    let mut bytes = Cursor::new(Vec::new());
    write_cog(raster, options, &mut bytes)?;
    Ok(bytes.into_inner())
}

fn predictor(sample_type: SampleType) -> Predictor {
    match sample_type {
        SampleType::F32 | SampleType::F64 => Predictor::FloatingPoint,
        _ => Predictor::Horizontal,
    }
}

/// Powers of two until the overview fits one tile.
fn overview_levels(longest_side: u32) -> Vec<u32> {
    (1..31).map(|power| 1 << power).take_while(|level| longest_side.div_ceil(level / 2) > TILE).collect()
}

fn nodata_text<T: Sample>(nodata: T) -> String {
    if nodata.is_nan() {
        return "nan".into();
    }
    let whole = nodata.to_i128().filter(|whole| whole.unsigned_abs() < 1 << 64);
    whole.map_or_else(|| format!("{:e}", nodata.to_real()), |whole| whole.to_string())
}

fn colour_map(colours: &ColourTable, sample_type: SampleType) -> Result<ColorMap, GeoTiffError> {
    let length = match sample_type {
        SampleType::U8 => 256,
        SampleType::U16 => 65536,
        _ => {
            return Err(GeoTiffError::Unwritable(
                "colour tables need classes of 8 or 16 bits without sign".into(),
            ));
        }
    };
    if colours.entries.len() > length {
        return Err(GeoTiffError::Unwritable(format!("a colour table has at most {length} entries")));
    }
    let channel = |index: usize| -> Vec<u16> {
        let values = colours.entries.iter().map(|entry| u16::from(entry[index]) * 257);
        values.chain(std::iter::repeat(0)).take(length).collect()
    };
    ColorMap::new(channel(0), channel(1), channel(2)).map_err(GeoTiffError::Unwritable)
}
