//! Opening a GeoTIFF: its directory, georeferencing and limits.

use std::io::{Read, Seek};
use std::sync::Arc;

use geotiff_core::GeoKeyDirectory;
use tiff_reader::{Ifd, TiffFile};

use super::range::TiffBytes;
use super::{GeoTiffError, RangeRead, Scaling, SeekSource};
use crate::crs::geokeys;
use crate::{ColourTable, Crs, CrsError, GeoTransform, GridSpec, SampleType};

const TAG_NEW_SUBFILE_TYPE: u16 = 254;
const TAG_PIXEL_SCALE: u16 = 33550;
const TAG_TIE_POINTS: u16 = 33922;
const TAG_TRANSFORMATION: u16 = 34264;
const TAG_GEO_KEYS: u16 = 34735;
const TAG_GEO_DOUBLES: u16 = 34736;
const TAG_GEO_ASCII: u16 = 34737;
const TAG_GDAL_METADATA: u16 = 42112;
const TAG_NODATA: u16 = 42113;
const RASTER_TYPE: u16 = 1025;
const PIXEL_IS_POINT: u16 = 2;
/// Bit of the subfile type that marks a reduced-resolution copy.
const REDUCED: u64 = 1;
/// Bit of the subfile type that marks a transparency mask.
const MASK: u64 = 4;

/// Bounds on the memory a file can make a reader allocate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most cells one read may return.
    pub cells: usize,
    /// Most bytes of tags (tile offsets and the like).
    pub metadata_bytes: usize,
    /// Most bytes one compressed tile or strip may expand to.
    pub block_bytes: usize,
}

impl Default for Limits {
    /// 400 million cells (a 20 000 × 20 000 DEM), 64 MiB of tags, 256 MiB a block.
    fn default() -> Self {
        Self { cells: 400_000_000, metadata_bytes: 64 << 20, block_bytes: 256 << 20 }
    }
}

/// A reduced-resolution copy inside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Rows of the copy.
    pub rows: usize,
    /// Columns of the copy.
    pub cols: usize,
}

/// An opened GeoTIFF. Values are read from its first band, unless another is chosen.
pub struct GeoTiff {
    pub(super) source: Arc<dyn RangeRead>,
    pub(super) tiff: TiffFile,
    pub(super) base: Ifd,
    pub(super) overviews: Vec<Ifd>,
    pub(super) limits: Limits,
    /// Counted from 0.
    pub(super) band: usize,
    transform: GeoTransform,
    crs: Result<Option<Crs>, CrsError>,
    sample_type: SampleType,
    nodata: Option<String>,
    colours: Option<ColourTable>,
    pixel_is_point: bool,
    rows: usize,
    cols: usize,
}

impl GeoTiff {
    /// Opens a file from any random-access bytes.
    ///
    /// Only the directory is read; cells are read by the window.
    ///
    /// # Errors
    /// No TIFF, damaged or unsupported structure, no georeferencing, a raster that is not north-up.
    pub fn open(source: Arc<dyn RangeRead>, limits: Limits) -> Result<Self, GeoTiffError> {
        let tiff = TiffFile::from_source_with_options(Arc::new(TiffBytes(source.clone())), options(limits))
            .map_err(unreadable)?;
        let base = base_directory(&tiff)?;
        let layout = base.raster_layout().map_err(unreadable)?;
        let sample_type = sample_type(layout.sample_format, layout.bits_per_sample)?;
        let keys = geo_keys(&base);
        let pixel_is_point =
            keys.as_ref().and_then(|keys| keys.get_short(RASTER_TYPE)) == Some(PIXEL_IS_POINT);
        let transform = transform(&base, pixel_is_point)?;
        let overviews = overview_directories(&tiff, &base);
        Ok(Self {
            transform,
            crs: keys.as_ref().map_or(Ok(None), geokeys::from_geokeys),
            sample_type,
            nodata: base.tag(TAG_NODATA).and_then(|tag| tag.value.as_str()).map(clean_text),
            colours: colours(&base)?,
            pixel_is_point,
            rows: layout.height,
            cols: layout.width,
            overviews,
            limits,
            band: 0,
            base,
            tiff,
            source,
        })
    }

    /// Opens a file that is in memory.
    ///
    /// # Errors
    /// As [`GeoTiff::open`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, GeoTiffError> {
        Self::open(Arc::new(bytes), Limits::default())
    }

    /// Opens a file through a seekable reader, such as a file handle.
    ///
    /// # Errors
    /// As [`GeoTiff::open`], and a reader that cannot seek.
    pub fn from_reader<R: Read + Seek + Send + 'static>(reader: R) -> Result<Self, GeoTiffError> {
        Self::open(Arc::new(SeekSource::new(reader)?), Limits::default())
    }

    /// Sets the coordinate reference system, overriding that of the file.
    pub fn with_crs(mut self, crs: Crs) -> Self {
        self.crs = Ok(Some(crs));
        self
    }

    /// Chooses the band that is read, counted from 1.
    ///
    /// # Errors
    /// The file has no such band.
    pub fn with_band(mut self, band: usize) -> Result<Self, GeoTiffError> {
        if !(1..=self.bands()).contains(&band) {
            return Err(GeoTiffError::Band { band, bands: self.bands() });
        }
        self.band = band - 1;
        Ok(self)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Number of bands. One of them is read: the first, or that of [`GeoTiff::with_band`].
    pub fn bands(&self) -> usize {
        self.base.samples_per_pixel().into()
    }

    /// Georeferencing, from the outer edge of the first cell whether the file says area or point.
    pub fn transform(&self) -> GeoTransform {
        self.transform
    }

    /// Returns true if the file's positions are those of cell centres (`PixelIsPoint`). The transform already
    /// accounts for it.
    pub fn is_pixel_point(&self) -> bool {
        self.pixel_is_point
    }

    /// Coordinate reference system.
    ///
    /// # Errors
    /// The file names none, or one that is not supported.
    pub fn crs(&self) -> Result<&Crs, GeoTiffError> {
        match &self.crs {
            Ok(crs) => crs.as_ref().ok_or(GeoTiffError::NoCrs),
            Err(error) => Err(error.clone().into()),
        }
    }

    /// Shape and place.
    ///
    /// # Errors
    /// As [`GeoTiff::crs`].
    pub fn spec(&self) -> Result<GridSpec, GeoTiffError> {
        Ok(GridSpec { crs: self.crs()?.clone(), transform: self.transform, rows: self.rows, cols: self.cols })
    }

    /// Stored type of the values.
    pub fn sample_type(&self) -> SampleType {
        self.sample_type
    }

    /// The nodata value as written in the file.
    pub fn nodata(&self) -> Option<&str> {
        self.nodata.as_deref()
    }

    /// Scale and offset of the band that is read. Reading gives the numbers as they are stored;
    /// [`Scaling::apply`] makes quantities of them.
    pub fn scaling(&self) -> Option<Scaling> {
        let xml = self.base.tag(TAG_GDAL_METADATA)?.value.as_str()?;
        Scaling::of_metadata(xml, self.band)
    }

    /// Colours of the classes of a palette file.
    pub fn colours(&self) -> Option<&ColourTable> {
        self.colours.as_ref()
    }

    /// Reduced-resolution copies, finest first.
    pub fn overviews(&self) -> Vec<Overview> {
        self.overviews
            .iter()
            .map(|ifd| Overview { rows: ifd.height() as usize, cols: ifd.width() as usize })
            .collect()
    }
}

pub(super) fn unreadable(error: tiff_reader::error::Error) -> GeoTiffError {
    match error {
        tiff_reader::error::Error::Io(error, _) => GeoTiffError::Io(error),
        error => GeoTiffError::Unreadable(error.to_string()),
    }
}

fn options(limits: Limits) -> tiff_reader::OpenOptions {
    tiff_reader::OpenOptions {
        block_cache_bytes: 64 << 20,
        parse_budgets: tiff_reader::ParseBudgets {
            max_ifds: 256,
            max_ifd_entries: 4096,
            max_tag_value_bytes: limits.metadata_bytes,
            max_metadata_value_bytes: limits.metadata_bytes,
        },
        decode_output_bytes: limits.block_bytes,
        ..Default::default()
    }
}

fn subfile_type(ifd: &Ifd) -> u64 {
    ifd.tag(TAG_NEW_SUBFILE_TYPE).and_then(|tag| tag.value.as_u64()).unwrap_or(0)
}

/// The first full-resolution image.
fn base_directory(tiff: &TiffFile) -> Result<Ifd, GeoTiffError> {
    let base = tiff.ifds().iter().find(|ifd| subfile_type(ifd) & (REDUCED | MASK) == 0);
    let base = base.or_else(|| tiff.ifds().first());
    base.cloned().ok_or_else(|| GeoTiffError::Unreadable("it holds no image".into()))
}

/// Reduced copies of the base with the same kind of values, finest first; damaged ones are ignored.
fn overview_directories(tiff: &TiffFile, base: &Ifd) -> Vec<Ifd> {
    let Ok(base_layout) = base.raster_layout() else { return Vec::new() };
    let nested = base.sub_ifd_offsets().unwrap_or_default();
    let nested = nested.iter().take(64).filter_map(|offset| tiff.read_ifd_at_offset(*offset).ok());
    let mut overviews: Vec<Ifd> = tiff
        .ifds()
        .iter()
        .cloned()
        .chain(nested)
        .filter(|ifd| subfile_type(ifd) & (REDUCED | MASK) == REDUCED)
        .filter(|ifd| {
            ifd.raster_layout().is_ok_and(|layout| {
                layout.sample_format == base_layout.sample_format
                    && layout.bits_per_sample == base_layout.bits_per_sample
                    && layout.samples_per_pixel == base_layout.samples_per_pixel
                    && layout.width <= base_layout.width
                    && layout.height <= base_layout.height
            })
        })
        .collect();
    overviews.sort_by_key(|ifd| std::cmp::Reverse(u64::from(ifd.width()) * u64::from(ifd.height())));
    overviews
}

fn sample_type(format: u16, bits: u16) -> Result<SampleType, GeoTiffError> {
    Ok(match (format, bits) {
        (1, 1..=8) => SampleType::U8,
        (1, 9..=16) => SampleType::U16,
        (1, 32) => SampleType::U32,
        (1, 64) => SampleType::U64,
        (2, 8) => SampleType::I8,
        (2, 16) => SampleType::I16,
        (2, 32) => SampleType::I32,
        (2, 64) => SampleType::I64,
        (3, 32) => SampleType::F32,
        (3, 64) => SampleType::F64,
        _ => {
            return Err(GeoTiffError::Unreadable(format!(
                "values of sample format {format} with {bits} bits are not supported"
            )));
        }
    })
}

fn doubles(ifd: &Ifd, tag: u16) -> Option<Vec<f64>> {
    ifd.tag(tag).and_then(|tag| tag.value.as_f64_vec())
}

fn geo_keys(ifd: &Ifd) -> Option<GeoKeyDirectory> {
    let directory = ifd.tag(TAG_GEO_KEYS)?.value.as_u16_slice()?;
    let ascii = ifd.tag(TAG_GEO_ASCII).and_then(|tag| tag.value.as_str()).unwrap_or("");
    GeoKeyDirectory::parse(directory, &doubles(ifd, TAG_GEO_DOUBLES).unwrap_or_default(), ascii)
}

/// Edge-based georeferencing from the model tags (GeoTIFF 1.1, section 7.2).
fn transform(ifd: &Ifd, pixel_is_point: bool) -> Result<GeoTransform, GeoTiffError> {
    let scale = doubles(ifd, TAG_PIXEL_SCALE).filter(|values| values.len() >= 2);
    let tie = doubles(ifd, TAG_TIE_POINTS).filter(|values| values.len() >= 6);
    let (west, north, width, height) = match (scale, tie, doubles(ifd, TAG_TRANSFORMATION)) {
        (Some(scale), Some(tie), _) => {
            // Writers disagree on the sign of the vertical scale; everyone means rows that run south.
            let (width, height) = (scale[0], scale[1].abs());
            (tie[3] - tie[0] * width, tie[4] + tie[1] * height, width, height)
        }
        (_, _, Some(matrix)) if matrix.len() >= 16 => {
            if matrix[1] != 0.0 || matrix[4] != 0.0 {
                return Err(GeoTiffError::NotNorthUp);
            }
            (matrix[3], matrix[7], matrix[0], -matrix[5])
        }
        _ => return Err(GeoTiffError::NoGeoreferencing),
    };
    let half = if pixel_is_point { 0.5 } else { 0.0 };
    let transform = GeoTransform {
        west: west - half * width,
        north: north + half * height,
        cell_width: width,
        cell_height: height,
    };
    let finite = [transform.west, transform.north, width, height].iter().all(|value| value.is_finite());
    if !finite || width == 0.0 || height == 0.0 {
        return Err(GeoTiffError::NoGeoreferencing);
    }
    if width < 0.0 || height < 0.0 {
        return Err(GeoTiffError::NotNorthUp);
    }
    Ok(transform)
}

fn colours(ifd: &Ifd) -> Result<Option<ColourTable>, GeoTiffError> {
    let Some(map) = ifd.color_map().map_err(unreadable)? else { return Ok(None) };
    // The file holds 16 bits a channel of which the upper 8 count.
    let channel = |value: u16| (value >> 8) as u8;
    let entries = map.red().iter().zip(map.green()).zip(map.blue());
    let entries = entries.map(|((red, green), blue)| [channel(*red), channel(*green), channel(*blue)]);
    Ok(Some(ColourTable { entries: entries.collect() }))
}

fn clean_text(text: &str) -> String {
    text.trim_matches(['\0', ' ', '\n', '\r', '\t']).to_owned()
}
