//! Rasters and geometries of a run: reading, writing, and where they come from.

use std::fs::File;
use std::sync::Arc;

use geo_types::{Coord, Geometry, MultiPolygon};
use headwaters_domain::TaskKind;
use headwaters_domain::controls::ControlKind;
use headwaters_raster::{
    Bounds, CogOptions, Crs, GeoTiff, GeoTransform, Grid, GridSpec, OverviewResampling, Raster, Sample,
    SampleType, Transformer, encode_cog,
};
use headwaters_raster_sources::cache::DiskCache;
use headwaters_raster_sources::{Environment, Fetched, HttpOptions, Source, SourceError, from_config};
use headwaters_terrain::{CellSize, Coding, Pointer};

use crate::config::RasterEntry;
use crate::context::TaskContext;
use crate::downloads::RunDownloads;
use crate::stop::{OrFail, TaskResult, TaskStop};

/// Nodata of flow pointers in files; ESRI's codes are 1 to 128, 0 where flow ends.
const POINTER_NODATA: u8 = 255;

impl TaskContext {
    /// The polygon of the run, lon/lat.
    pub fn polygon(&self) -> TaskResult<MultiPolygon<f64>> {
        let text = std::fs::read_to_string(self.run_dir.join("watershed.geojson")).or_retry("run_folder")?;
        let feature: geojson::Feature = text.parse().or_fail("run_folder")?;
        let geometry =
            feature.geometry.ok_or_else(|| TaskStop::failed("run_folder", "the run has no polygon"))?;
        match Geometry::<f64>::try_from(geometry).or_fail("run_folder")? {
            Geometry::Polygon(polygon) => Ok(polygon.into()),
            Geometry::MultiPolygon(polygons) => Ok(polygons),
            _ => Err(TaskStop::failed("run_folder", "the run's geometry is no polygon")),
        }
    }

    /// A raster published by an earlier task.
    pub fn raster<T: Sample>(&self, task: TaskKind, name: &str) -> TaskResult<Raster<T>> {
        let tiff = GeoTiff::from_bytes(self.read(task, name)?).or_fail("missing_input")?;
        tiff.read().or_fail("missing_input")
    }

    /// Writes a raster of this attempt as a Cloud Optimized GeoTIFF. Overviews are means of quantities, and the nearest
    /// cell of classes and codes.
    pub fn write_raster<T: Sample>(&self, name: &str, raster: &Raster<T>) -> TaskResult<()> {
        let overviews = match T::TYPE {
            SampleType::F32 | SampleType::F64 => OverviewResampling::Average,
            _ => OverviewResampling::Nearest,
        };
        let options = CogOptions { overviews: Some(overviews), deflate_level: 4 };
        self.write(name, encode_cog(raster, &options).or_fail("encode")?)
    }

    /// Fails when the controls ask for a raster that is not there.
    pub fn require_raster(&self, kind: ControlKind, code: &str) -> TaskResult<()> {
        let unmet = self.config.unmet(&self.controls, &self.resources.data).into_iter();
        match unmet.filter(|(concerned, _)| *concerned == kind).map(|(_, reason)| reason).next() {
            Some(reason) => Err(TaskStop::failed(code, reason)),
            None => Ok(()),
        }
    }

    /// Opens a source of the config.
    pub fn source(&self, entry: &RasterEntry) -> TaskResult<Source> {
        let config = entry.source_config().or_fail("config")?;
        let cache = match entry.source {
            Some(_) => {
                let cache = DiskCache::open(&self.resources.cache, self.resources.cache_bytes);
                Some(Arc::new(cache.or_retry("cache")?))
            }
            None => None,
        };
        let ledger = self.run_dir.join("logs").join(format!("downloads-{}.tsv", self.run.submission));
        let downloads = RunDownloads::new(ledger, self.config.max_download_mb);
        let environment = Environment::new(cache, HttpOptions::default()).with_account(Arc::new(downloads));
        from_config(&config, &environment).map_err(source_failure)
    }

    /// Flow pointers, accumulation and streams as `build_channels` published them.
    pub fn network(&self) -> TaskResult<Network> {
        let codes = self.raster::<u8>(TaskKind::BuildChannels, "flow_direction.tif")?;
        let decode = |code: &u8| match code {
            &POINTER_NODATA => Some(Pointer::NODATA),
            code => Coding::Esri.decode(i32::from(*code)),
        };
        let pointers: Option<Vec<Pointer>> = codes.grid.as_slice().iter().map(decode).collect();
        let pointers = pointers
            .and_then(|pointers| Grid::from_vec(codes.grid.rows(), codes.grid.cols(), pointers))
            .ok_or_else(|| TaskStop::failed("missing_input", "flow_direction.tif holds an unknown code"))?;
        let accumulation = self.raster::<u32>(TaskKind::BuildChannels, "flow_accumulation.tif")?.grid;
        let streams = self.raster::<u8>(TaskKind::BuildChannels, "channels.tif")?;
        let streams = streams.grid.map(|cell| *cell == 1);
        Ok(Network { pointers, accumulation, streams })
    }
}

/// Flow of a run's DEM.
pub struct Network {
    /// D8 pointers.
    pub pointers: Grid<Pointer>,
    /// Upstream cells.
    pub accumulation: Grid<u32>,
    /// Stream cells.
    pub streams: Grid<bool>,
}

impl Network {
    /// Borrowed, for the outlet search.
    pub fn borrowed(&self) -> headwaters_terrain::Network<'_> {
        headwaters_terrain::Network {
            pointers: &self.pointers,
            accumulation: &self.accumulation,
            streams: &self.streams,
        }
    }
}

/// Pointers as ESRI codes.
pub fn encoded_pointers(pointers: &Grid<Pointer>) -> Grid<u8> {
    pointers.map(|pointer| u8::try_from(Coding::Esri.encode(*pointer, 255)).unwrap_or(POINTER_NODATA))
}

/// A raster of the same place as `spec`.
pub fn on_spec<T: Copy>(grid: Grid<T>, spec: &GridSpec, nodata: Option<T>) -> TaskResult<Raster<T>> {
    Raster::new(grid, spec, nodata).ok_or_else(|| TaskStop::failed("internal", "a grid lost its shape"))
}

/// Elevations with NaN where there is none.
pub fn elevations(dem: &Raster<f32>) -> Grid<f32> {
    dem.grid.map(|value| if dem.is_nodata(*value) { f32::NAN } else { *value })
}

/// Cell size of a raster in metres.
pub fn cell_size(transform: &GeoTransform) -> CellSize {
    CellSize::of_projected(transform)
}

/// A polygon in another system.
pub fn projected(polygons: &MultiPolygon<f64>, to: &Transformer) -> TaskResult<MultiPolygon<f64>> {
    let mut moved = Vec::with_capacity(polygons.0.len());
    for polygon in polygons {
        moved.push(to.polygon(polygon).or_fail("coordinates")?);
    }
    Ok(MultiPolygon::new(moved))
}

/// The box of a polygon.
pub fn bounds(polygons: &MultiPolygon<f64>) -> TaskResult<Bounds> {
    let mut points = polygons.iter().flat_map(|polygon| polygon.exterior().coords());
    let first =
        points.next().ok_or_else(|| TaskStop::failed("empty_polygon", "the polygon has no points"))?;
    let start = Bounds::of_point(first.x, first.y);
    Ok(points.fold(start, |bounds, &Coord { x, y }| bounds.including(x, y)))
}

/// Map coordinates to lon/lat, for files that browsers draw; a point the projection refuses stays where it is.
pub fn to_lon_lat(crs: &Crs) -> impl Fn(f64, f64) -> (f64, f64) + use<> {
    let transformer = Transformer::new(crs, &Crs::wgs84());
    move |x, y| {
        let (lon, lat) = transformer.point(x, y).unwrap_or((x, y));
        // A ten-millionth of a degree is a centimetre.
        ((lon * 1e7).round() / 1e7, (lat * 1e7).round() / 1e7)
    }
}

/// What a source's error means for a task.
pub fn source_failure(error: SourceError) -> TaskStop {
    let code = match &error {
        SourceError::AccountSpent { .. } => {
            let message = format!("{error} (`max_download_mb` of the config, for one run)");
            return TaskStop::failed("download_limit", message);
        }
        SourceError::OutsideData { .. } => "outside_data",
        SourceError::TooLarge { .. } => "too_large",
        SourceError::Unavailable { .. } => "source_unavailable",
        _ => "source_failed",
    };
    match error.is_transient() {
        true => TaskStop::retryable(code, error.to_string()),
        false => TaskStop::failed(code, error.to_string()),
    }
}

/// Notes where a raster came from.
pub fn record_provenance<T>(context: &TaskContext, what: &str, fetched: &Fetched<T>) -> TaskResult<()> {
    let provenance = &fetched.provenance;
    context.log.line(format_args!("{what}: {}, checksum {}", provenance.source, provenance.checksum));
    if let Some(why) = &provenance.degraded_because {
        context.log.line(format_args!("{what}: taken from the coarser fallback because {why}"));
    }
    if let Some(missing) = &fetched.missing {
        context.log.line(format_args!("{what}: {missing}"));
    }
    context.write_json(&format!("{}_provenance.json", what.replace(' ', "_")), provenance)
}

/// Opens a GeoTIFF on disk; `name` stands for it in messages.
pub fn open_tiff(path: &std::path::Path, name: &str) -> TaskResult<GeoTiff> {
    let failed =
        |error: &dyn std::fmt::Display| TaskStop::failed("source_failed", format!("{name}: {error}"));
    let file = File::open(path).map_err(|error| failed(&error))?;
    GeoTiff::from_reader(std::io::BufReader::new(file)).map_err(|error| failed(&error))
}
