//! A case folder: its raster, its polygons and its known outlets.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use geo::{Geometry, MultiPolygon};
use headwaters_raster::{Crs, GeoTiff, GeoTransform, Grid, GridSpec, Raster};
use headwaters_terrain::{
    CellSize, Coding, DelineateOptions, Flow, Pointer, accumulate, prune, streams, threshold_cells,
};
use serde_json::Value;

use super::args::TerrainArgs;
use super::disturb::DISTURBANCES;
use super::export;

/// One raster with the flow on it, and everything to be tried on it.
pub struct Case {
    pub flow: Flow,
    pub transform: GeoTransform,
    pub crs: Crs,
    /// Set name (the file's stem) and polygons, or why the file cannot be read.
    pub sets: Vec<(String, Result<Vec<Feature>>)>,
    pub truth: Value,
}

/// A polygon of a set, in longitude and latitude.
pub struct Feature {
    pub name: String,
    /// Name of the undisturbed watershed.
    pub base: String,
    /// Name of the disturbance that made the polygon, if this program made it.
    pub disturbance: Option<&'static str>,
    pub polygon: Result<MultiPolygon<f64>>,
}

/// Set of the undisturbed watersheds.
pub const UNDISTURBED_SET: &str = "watersheds";
/// Set of those that this program disturbs.
const DISTURBED_SET: &str = "disturbed here";

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Returns true if a file holds watershed polygons, by its name.
pub fn is_polygon_file(path: &Path) -> bool {
    let name = file_name(path);
    let about = name.starts_with("watershed") || name.contains("perturbed") || name.starts_with("huc");
    about && (name.ends_with(".geojson") || name.ends_with(".json"))
}

impl Case {
    /// Size of its cells on the ground.
    pub fn cell_size(&self) -> CellSize {
        cell_size(&self.crs, &self.transform, self.flow.pointers.rows())
    }

    pub fn open(folder: &Path, args: &TerrainArgs) -> Result<Self> {
        let truth = std::fs::read_to_string(folder.join("truth.json")).ok();
        let truth: Value = truth.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let options = DelineateOptions {
            critical_source_area_ha: truth["csa_ha"].as_f64().unwrap_or(args.csa_ha),
            min_channel_length_m: truth["mcl_m"].as_f64().unwrap_or(args.mcl_m),
            conditioning: args.conditioning.method(),
            ..DelineateOptions::default()
        };
        let (flow, transform, crs) =
            open_flow(&files, &truth, &options, |dem| match &args.write_conditioned {
                Some(output) => write_conditioned(output, folder, dem, &options),
                None => Ok(()),
            })?;
        let polygons = files.iter().filter(|path| is_polygon_file(path));
        let mut sets: Vec<_> = polygons
            .map(|path| {
                (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), features(path, &truth))
            })
            .collect();
        if args.disturb {
            let undisturbed = sets.iter().find(|(set, _)| set == UNDISTURBED_SET);
            let features = undisturbed.and_then(|(_, features)| features.as_ref().ok());
            let disturbed: Vec<Feature> =
                features.into_iter().flatten().flat_map(|f| disturbed(f, &crs)).collect();
            sets.push((DISTURBED_SET.to_owned(), Ok(disturbed)));
        }
        Ok(Self { flow, transform, crs, sets, truth })
    }
}

/// Value that most writers use for cells without elevation; no land lies as low.
const NO_ELEVATION: f32 = -9999.0;

type Placed = (Flow, GeoTransform, Crs);

/// Words in the names of D8 and accumulation rasters.
const D8_NAMES: [&str; 5] = ["d8", "fdr", "flow_dir", "flowdir", "flovec"];
const ACCUMULATION_NAMES: [&str; 3] = ["fac", "acc", "uparea"];

fn open_flow(
    files: &[PathBuf],
    truth: &Value,
    options: &DelineateOptions,
    look_at: impl FnOnce(&Raster<f32>) -> Result<()>,
) -> Result<Placed> {
    let rasters: Vec<&PathBuf> =
        files.iter().filter(|p| [".tif", ".tiff"].iter().any(|e| file_name(p).ends_with(e))).collect();
    let dem = dem_files(&rasters, truth);
    if !dem.is_empty() {
        let dem = mosaic(&dem, truth)?;
        look_at(&dem)?;
        let cell = cell_size(&dem.crs, &dem.transform, dem.grid.rows());
        return Ok((Flow::of_dem(&dem.grid, cell, options)?, dem.transform, dem.crs));
    }
    let named = |words: &[&str]| rasters.iter().copied().find(|path| is_named(path, words));
    let d8 = named(&D8_NAMES);
    let d8 = d8.ok_or_else(|| anyhow!("the folder holds no dem.tif, no tiles and no D8 raster"))?;
    flow_of_d8(d8, named(&ACCUMULATION_NAMES).map(PathBuf::as_path), truth, options)
}

fn write_conditioned(
    output: &Path,
    case: &Path,
    dem: &Raster<f32>,
    options: &DelineateOptions,
) -> Result<()> {
    let cell = cell_size(&dem.crs, &dem.transform, dem.grid.rows());
    let conditioned = options.conditioning.apply(&dem.grid, cell)?;
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let spec = GridSpec { rows: conditioned.rows(), cols: conditioned.cols(), ..dem.spec() };
    export::write(&output.join(format!("{name}.tif")), conditioned, &spec, f32::NAN)
}

fn is_named(path: &Path, words: &[&str]) -> bool {
    words.iter().any(|word| file_name(path).contains(word))
}

/// The files of a folder's DEM: `dem.tif`, else tiles, else whatever is named a DEM, else, where nothing is
/// named D8 either, all rasters.
fn dem_files<'a>(rasters: &[&'a PathBuf], truth: &Value) -> Vec<&'a PathBuf> {
    let those = |keep: &dyn Fn(&Path) -> bool| -> Vec<&PathBuf> {
        rasters.iter().copied().filter(|path| keep(path)).collect()
    };
    let exact = those(&|path| ["dem.tif", "dem.tiff"].contains(&file_name(path).as_str()));
    if !exact.is_empty() {
        return exact;
    }
    let mut found = those(&|path| is_named(path, &["tile"]));
    if found.is_empty() {
        found = those(&|path| is_named(path, &["dem"]));
    }
    if found.is_empty() && !rasters.iter().any(|path| is_named(path, &D8_NAMES)) {
        found = rasters.to_vec();
    }
    // Of several copies of one DEM the projected one, whose cells are squares on the ground, then the finest.
    let kind = |path: &Path| {
        let tiff = open(path, truth).ok()?;
        let crs = tiff.crs().ok()?.clone();
        Some((crs.is_geographic(), tiff.transform().cell_height, crs))
    };
    let mut kinds: Vec<_> = found.iter().filter_map(|&path| Some((kind(path)?, path))).collect();
    kinds.sort_by(|((degrees, cell, _), _), ((others, other, _), _)| {
        degrees.cmp(others).then(cell.total_cmp(other))
    });
    let Some(((_, cell, crs), _)) = kinds.first().cloned() else { return found };
    let like_it = |((_, other, system), path)| {
        let alike: f64 = other / cell - 1.0;
        (alike.abs() < 1e-6 && system == crs).then_some(path)
    };
    kinds.into_iter().filter_map(like_it).collect()
}

fn open(path: &Path, truth: &Value) -> Result<GeoTiff> {
    let context = || format!("opening {}", path.display());
    let tiff = GeoTiff::from_reader(File::open(path).with_context(context)?).with_context(context)?;
    if tiff.crs().is_ok() {
        return Ok(tiff);
    }
    let epsg = truth["crs"].as_str().and_then(|text| text.strip_prefix("EPSG:")?.parse().ok());
    let crs = match (epsg, truth["crs_wkt"].as_str()) {
        (Some(code), _) => Crs::from_epsg(code)?,
        (None, Some(wkt)) => Crs::from_wkt(wkt)?,
        (None, None) => return Ok(tiff),
    };
    Ok(tiff.with_crs(crs))
}

/// Size of the cells on the ground.
fn cell_size(crs: &Crs, transform: &GeoTransform, rows: usize) -> CellSize {
    match crs.is_geographic() {
        true => CellSize::of_geographic(transform, rows),
        false => {
            let unit = crs.metres_per_unit().unwrap_or(1.0);
            CellSize { width_m: transform.cell_width * unit, height_m: transform.cell_height * unit }
        }
    }
}

/// Reads elevations, NaN where there are none: also where a file without nodata value has -9999 or less.
fn read_dem(path: &Path, truth: &Value) -> Result<Raster<f32>> {
    let tiff = open(path, truth)?;
    let mut raster = tiff.read::<f32>().with_context(|| format!("reading {}", path.display()))?;
    if let Some(scaling) = tiff.scaling() {
        scaling.apply(&mut raster);
    }
    let nodata = raster.nodata;
    let missing = |z: f32| !z.is_finite() || Some(z) == nodata || z <= NO_ELEVATION;
    Ok(raster.map(|&z| if missing(z) { f32::NAN } else { z }))
}

/// Joins tiles that lie on one lattice of cells; the first tile with an elevation wins.
fn mosaic(paths: &[&PathBuf], truth: &Value) -> Result<Raster<f32>> {
    let mut tiles = paths.iter().map(|path| read_dem(path, truth)).collect::<Result<Vec<_>>>()?;
    if tiles.len() == 1
        && let Some(only) = tiles.pop()
    {
        return Ok(only);
    }
    let first = tiles.first().ok_or_else(|| anyhow!("no tiles"))?;
    let (lattice, crs) = (first.transform, first.crs.clone());
    let bounds = tiles.iter().map(Raster::bounds).reduce(|a, b| a.union(b)).unwrap_or(first.bounds());
    let count = |length: f64, cell: f64| (length / cell).round().max(0.0) as usize;
    let (rows, cols) =
        (count(bounds.height(), lattice.cell_height), count(bounds.width(), lattice.cell_width));
    if rows.saturating_mul(cols) > headwaters_terrain::error::MAX_CELLS {
        bail!("the mosaic of the tiles would have {rows} x {cols} cells");
    }
    let transform = GeoTransform { west: bounds.west, north: bounds.north, ..lattice };
    let mut grid = Grid::filled(rows, cols, f32::NAN);
    for tile in &tiles {
        let (row, col) = transform.fractional(tile.transform.west, tile.transform.north);
        let aligned = (row - row.round()).abs() < 0.01 && (col - col.round()).abs() < 0.01;
        let same_cells = (tile.transform.cell_width / lattice.cell_width - 1.0).abs() < 1e-6
            && (tile.transform.cell_height / lattice.cell_height - 1.0).abs() < 1e-6;
        if !(aligned && same_cells && tile.crs == crs) {
            bail!("the tiles do not lie on one lattice of cells");
        }
        let (row, col) = (row.round() as usize, col.round() as usize);
        for i in 0..tile.grid.len() {
            let at = tile.grid.cell(i);
            let (r, c) = (row + at.row, col + at.col);
            if r < rows && c < cols && !grid.as_slice()[r * cols + c].is_finite() {
                grid.as_mut_slice()[r * cols + c] = tile.grid.as_slice()[i];
            }
        }
    }
    Ok(Raster { grid, transform, crs, nodata: None, colours: None })
}

/// Flow from a D8 raster. The coding is the one whose accumulation agrees best with the given one.
fn flow_of_d8(
    d8: &Path,
    accumulation: Option<&Path>,
    truth: &Value,
    options: &DelineateOptions,
) -> Result<Placed> {
    let codes = open(d8, truth)?.read::<i32>().with_context(|| format!("reading {}", d8.display()))?;
    let nodata = codes.nodata;
    let given = match accumulation {
        Some(path) => {
            let given =
                open(path, truth)?.read::<f64>().with_context(|| format!("reading {}", path.display()))?;
            if (given.grid.rows(), given.grid.cols()) != (codes.grid.rows(), codes.grid.cols()) {
                bail!("{} and {} differ in size", d8.display(), path.display());
            }
            let missing = given.nodata;
            Some(given.grid.map(|&v| if Some(v) == missing || !v.is_finite() { -1.0 } else { v }))
        }
        None => None,
    };
    let mut best: Option<(usize, Grid<Pointer>, Grid<u32>)> = None;
    let mut refusal = anyhow!("{} holds no D8 codes that are known", d8.display());
    for coding in [Coding::Esri, Coding::Whitebox, Coding::Topaz] {
        let unknown = codes
            .grid
            .as_slice()
            .iter()
            .find(|&&c| Some(c) != nodata && c != 255 && coding.decode(c).is_none());
        if unknown.is_some() {
            continue;
        }
        let pointers = codes.grid.map(|&code| match Some(code) == nodata || code == 255 {
            true => Pointer::NODATA,
            false => coding.decode(code).unwrap_or(Pointer::NODATA),
        });
        match accumulate(&pointers) {
            Ok(own) => {
                let agreeing = given.as_ref().map_or(0, |given| {
                    let pairs = given.as_slice().iter().zip(own.as_slice());
                    pairs.filter(|&(&g, &o)| (g - f64::from(o)).abs() <= 1.0).count()
                });
                if best.as_ref().is_none_or(|(most, ..)| agreeing > *most) {
                    best = Some((agreeing, pointers, own));
                }
            }
            Err(error) => refusal = error.into(),
        }
    }
    let (_, pointers, accumulation) = best.ok_or(refusal)?;
    let cell = cell_size(&codes.crs, &codes.transform, codes.grid.rows());
    let threshold = match truth["stream_threshold_cells"].as_u64() {
        Some(cells) => cells.clamp(1, u64::from(u32::MAX)) as u32,
        None => threshold_cells(options.critical_source_area_ha, cell),
    };
    let mut streams = streams(&accumulation, threshold);
    prune(&pointers, &mut streams, options.min_channel_length_m, cell)?;
    Ok((Flow { pointers, accumulation, streams }, codes.transform, codes.crs))
}

/// The polygons of a file, each with the name by which the truth knows it.
fn features(path: &Path, truth: &Value) -> Result<Vec<Feature>> {
    let context = || format!("reading {}", path.display());
    let text = std::fs::read_to_string(path).with_context(context)?;
    let document: Value = serde_json::from_str(&text).with_context(context)?;
    let list = document["features"].as_array().ok_or_else(|| anyhow!("{}: no features", path.display()))?;
    Ok(list.iter().enumerate().map(|(number, feature)| read_feature(feature, number, truth)).collect())
}

/// The approximate outlines of one watershed.
fn disturbed<'a>(feature: &'a Feature, crs: &'a Crs) -> impl Iterator<Item = Feature> + 'a {
    DISTURBANCES.iter().map(move |disturbance| Feature {
        name: format!("{} {}", feature.name, disturbance.name),
        base: feature.name.clone(),
        disturbance: Some(disturbance.name),
        polygon: match &feature.polygon {
            Ok(polygon) => disturbance.of(polygon, crs),
            Err(error) => Err(anyhow!("{error:#}")),
        },
    })
}

fn read_feature(feature: &Value, number: usize, truth: &Value) -> Feature {
    const NAMES: [&str; 9] =
        ["name", "Name", "NAME", "HucName", "huc_name", "PWS_Name", "comid", "id", "SITE_NO"];
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let properties = &feature["properties"];
    let known = |name: &String| truth["watersheds"].get(name).is_some();
    let values = properties.as_object().into_iter().flat_map(|all| all.values()).filter_map(text);
    let by_truth = values.into_iter().find(known);
    let named = NAMES.iter().find_map(|key| text(&properties[*key]));
    let own = named.clone().or_else(|| by_truth.clone()).unwrap_or_else(|| format!("feature {number}"));
    let base = text(&properties["base"]).or_else(|| by_truth.clone()).unwrap_or_else(|| own.clone());
    let name = if properties["base"].is_null() { by_truth.unwrap_or(own) } else { own };
    Feature { name, base, disturbance: None, polygon: polygon(feature) }
}

fn polygon(feature: &Value) -> Result<MultiPolygon<f64>> {
    let geometry: geojson::Geometry = serde_json::from_value(feature["geometry"].clone())?;
    match Geometry::<f64>::try_from(geometry)? {
        Geometry::Polygon(polygon) => Ok(MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(polygons) => Ok(polygons),
        Geometry::GeometryCollection(parts) => {
            let polygons = parts.into_iter().flat_map(|part| match part {
                Geometry::Polygon(polygon) => vec![polygon],
                Geometry::MultiPolygon(polygons) => polygons.0,
                _ => Vec::new(),
            });
            Ok(MultiPolygon(polygons.collect()))
        }
        _ => bail!("the feature is no polygon"),
    }
}
