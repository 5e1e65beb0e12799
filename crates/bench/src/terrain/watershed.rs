//! Whole watersheds: the abstraction of a large basin, and one small one from its polygon to its slope files.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use geo::{BoundingRect, MultiPolygon};
use headwaters_raster::{
    Bounds, Cell, CogOptions, Crs, GeoTiff, GeoTransform, Grid, GridSpec, Raster, Transformer, write_cog,
};
use headwaters_subcatchments::{AbstractionInputs, AbstractionOptions, Watershed, abstract_watershed};
use headwaters_terrain::{
    CellSize, DelineateOptions, ExtentDecision, ExtentOptions, Flow, OutletReport, Target, basin,
    find_outlet,
    outlet::{Finding, Side},
    outline::outline,
};

use super::generated::fractal_dem;
use super::resources::{Cost, resident_bytes};

const REPEATS: usize = 9;
/// Seconds that peridot, WEPPcloud's abstraction, took for a basin of as many cells, measured beforehand.
const PERIDOT_S: f64 = 5.8;

/// Times both.
pub fn run() -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| {
        abstraction()?;
        small_watershed()
    })
}

/// Channels, hillslopes and profiles of a basin of 276,000 cells.
fn abstraction() -> Result<()> {
    const SIDE: usize = 1500;
    const BASIN_CELLS: u32 = 276_000;
    let spec = spec(SIDE, 10.0)?;
    let dem = fractal_dem(SIDE);
    let flow = Flow::of_dem(&dem, CellSize::of_projected(&spec.transform), &DelineateOptions::default())?;
    let outlet = outlet_of(&flow, BASIN_CELLS)?;
    let cells = flow.accumulation[outlet];
    let mut costs = Vec::new();
    let mut parts = (0, 0);
    let before = resident_bytes().unwrap_or(0);
    for _ in 0..REPEATS {
        let (watershed, cost) = Cost::of(|| divide(&flow, &dem, spec.transform, outlet));
        let watershed = watershed?;
        parts = (watershed.hillslopes.len(), watershed.channels.len());
        costs.push(cost);
    }
    let first = costs[0];
    let best = costs.into_iter().reduce(Cost::best).unwrap_or_default();
    let memory = best.peak.map_or(f64::NAN, |peak| peak.saturating_sub(before) as f64 / 1e6);
    println!(
        "\nAbstraction of a basin of {cells} cells ({} hillslopes, {} channels), one thread: first {:.3} s, best \
         {:.3} s of CPU, {memory:.0} MB; {:.0} and {:.0} times faster than peridot's {PERIDOT_S} s",
        parts.0,
        parts.1,
        first.cpu,
        best.cpu,
        PERIDOT_S / first.cpu,
        PERIDOT_S / best.cpu
    );
    Ok(())
}

/// A watershed of 10 km² at 30 m: reads polygon and DEM from files and writes the slope files.
fn small_watershed() -> Result<()> {
    const SIDE: usize = 1500;
    const BASIN_CELLS: u32 = 11_111;
    let folder = tempfile::tempdir()?;
    let spec = spec(SIDE, 30.0)?;
    let dem = fractal_dem(SIDE);
    let flow = Flow::of_dem(&dem, CellSize::of_projected(&spec.transform), &DelineateOptions::default())?;
    let outlet = outlet_of(&flow, BASIN_CELLS)?;
    let shape = outline(&basin(&flow.pointers, outlet), &spec.transform);
    let to_lon_lat = Transformer::new(&spec.crs, &Crs::wgs84());
    let shape = projected(&shape, &to_lon_lat)?;
    let document = geojson::Feature { geometry: Some((&shape).into()), ..Default::default() };
    std::fs::write(folder.path().join("watershed.geojson"), document.to_string())?;
    let dem = Raster::new(dem, &spec, Some(f32::NAN)).ok_or_else(|| anyhow!("a grid lost its shape"))?;
    write_cog(&dem, &CogOptions::default(), BufWriter::new(File::create(folder.path().join("dem.tif"))?))?;
    drop((dem, flow));

    let mut repeats: Vec<Steps> = Vec::new();
    for _ in 0..REPEATS {
        repeats.push(from_polygon_to_slopes(folder.path())?);
    }
    let total = |steps: &Steps| steps.costs.iter().map(|(_, cost)| cost.cpu).sum::<f64>();
    repeats[1..].sort_by(|a, b| total(a).total_cmp(&total(b)));
    println!(
        "\nA watershed of {} cells at 30 m from polygon to {} slope files, DEM of {SIDE} × {SIDE} cells in a local \
         file, one thread, CPU seconds:\n",
        repeats[0].basin_cells, repeats[0].files
    );
    println!("{:<44} {:>8} {:>8}", "step", "first", "best");
    for ((name, first), (_, best)) in repeats[0].costs.iter().zip(&repeats[1].costs) {
        println!("{name:<44} {:>8.4} {:>8.4}", first.cpu, best.cpu);
    }
    println!("{:<44} {:>8.4} {:>8.4}", "polygon to slope files", total(&repeats[0]), total(&repeats[1]));
    Ok(())
}

/// One run from polygon to slope files.
struct Steps {
    costs: Vec<(&'static str, Cost)>,
    basin_cells: usize,
    files: usize,
}

fn from_polygon_to_slopes(folder: &Path) -> Result<Steps> {
    let (prepared, reading) = Cost::of(|| -> Result<_> {
        let text = std::fs::read_to_string(folder.join("watershed.geojson"))?;
        let feature: geojson::Feature = text.parse()?;
        let geometry = feature.geometry.context("the feature has no geometry")?;
        let polygon = match geo::Geometry::<f64>::try_from(geometry)? {
            geo::Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
            geo::Geometry::MultiPolygon(polygons) => polygons,
            _ => bail!("the feature is no polygon"),
        };
        let tiff = GeoTiff::from_reader(File::open(folder.join("dem.tif"))?)?;
        let polygon = projected(&polygon, &Transformer::new(&Crs::wgs84(), tiff.crs()?))?;
        Ok((tiff, polygon))
    });
    let (tiff, polygon) = prepared?;
    let extents = ExtentOptions { cell_m: 30.0, ..ExtentOptions::default() };
    let target_box = bounds(&polygon)?;
    let mut extent = extents.first(target_box)?;
    let (mut window_cost, mut flow_cost, mut outlet_cost) =
        (Cost::default(), Cost::default(), Cost::default());
    let mut growths = 0;
    let (dem, flow, report) = loop {
        let (dem, cost) = Cost::of(|| -> Result<Raster<f32>> {
            let window = tiff.spec()?.window_of(extent, 0).context("the polygon lies outside the DEM")?;
            Ok(tiff.read_window::<f32>(window)?)
        });
        window_cost = window_cost.then(cost);
        let dem = dem?;
        let size = CellSize::of_projected(&dem.transform);
        let (flow, cost) = Cost::of(|| Flow::of_dem(&dem.grid, size, &DelineateOptions::default()));
        flow_cost = flow_cost.then(cost);
        let flow = flow?;
        let (report, cost) = Cost::of(|| {
            let target = Target::of_polygon(&polygon, &dem.transform, dem.grid.rows(), dem.grid.cols());
            find_outlet(flow.network(), &target, size, &DelineateOptions::default().outlet)
        });
        outlet_cost = outlet_cost.then(cost);
        let report = report?;
        match extents.next(target_box, extent, touched(&report), growths) {
            ExtentDecision::Grow(wider) => (extent, growths) = (wider, growths + 1),
            _ => break (dem, flow, report),
        }
    };
    let outlet = report.outlet.context("no outlet")?;
    let (watershed, divided) = Cost::of(|| divide(&flow, &dem.grid, dem.transform, outlet.cell));
    let watershed = watershed?;
    let (files, written) = Cost::of(|| write_slopes(&watershed, &folder.join("slope")));
    let costs = vec![
        ("polygon and DEM opened", reading),
        ("extent and reading of its part of the DEM", window_cost),
        ("conditioning, D8, accumulation, streams", flow_cost),
        ("outlet", outlet_cost),
        ("subcatchments and profiles", divided),
        ("slope files", written),
    ];
    Ok(Steps { costs, basin_cells: watershed.basin_cells, files: files? })
}

/// Sides of the DEM that the basin touched.
fn touched(report: &OutletReport) -> &[Side] {
    let sides = report.findings.iter().find_map(|finding| match finding {
        Finding::BasinTouchesEdge { sides, .. } => Some(sides.as_slice()),
        _ => None,
    });
    sides.unwrap_or_default()
}

fn write_slopes(watershed: &Watershed, folder: &Path) -> Result<usize> {
    std::fs::create_dir_all(folder)?;
    for hillslope in &watershed.hillslopes {
        let text = hillslope.slope_file().to_text()?;
        std::fs::write(folder.join(format!("hill_{}.slp", hillslope.topaz_id)), text)?;
    }
    std::fs::write(folder.join("channels.slp"), watershed.channel_slope_file().to_text()?)?;
    Ok(watershed.hillslopes.len() + 1)
}

fn divide(flow: &Flow, dem: &Grid<f32>, transform: GeoTransform, outlet: Cell) -> Result<Watershed> {
    let inputs = AbstractionInputs {
        pointers: &flow.pointers,
        streams: &flow.streams,
        elevation: dem,
        transform,
        outlet,
    };
    Ok(abstract_watershed(&inputs, &AbstractionOptions::default())?)
}

/// The stream cell whose basin is nearest to `cells` in size and does not touch the edge.
fn outlet_of(flow: &Flow, cells: u32) -> Result<Cell> {
    let sizes = flow.accumulation.as_slice();
    let mut outlets: Vec<usize> = (0..sizes.len()).filter(|&i| flow.streams.as_slice()[i]).collect();
    outlets.sort_by_key(|&i| sizes[i].abs_diff(cells));
    let inside = |i: &usize| {
        let basin = basin(&flow.pointers, flow.accumulation.cell(*i));
        let (rows, cols) = (basin.rows(), basin.cols());
        (0..basin.len())
            .filter(|&i| basin.as_slice()[i])
            .all(|i| Side::touched(basin.cell(i), rows, cols).is_empty())
    };
    let found = outlets.into_iter().take(2000).find(inside).context("no basin of that size")?;
    Ok(flow.accumulation.cell(found))
}

fn spec(side: usize, cell_m: f64) -> Result<GridSpec> {
    let transform = GeoTransform { west: 4e5, north: 4e6, cell_width: cell_m, cell_height: cell_m };
    Ok(GridSpec { crs: Crs::from_epsg(32611)?, transform, rows: side, cols: side })
}

fn projected(polygons: &MultiPolygon<f64>, to: &Transformer) -> Result<MultiPolygon<f64>> {
    Ok(MultiPolygon(polygons.iter().map(|polygon| to.polygon(polygon)).collect::<Result<_, _>>()?))
}

fn bounds(polygons: &MultiPolygon<f64>) -> Result<Bounds> {
    let around = polygons.bounding_rect().context("the polygon has no points")?;
    let start = Bounds::of_point(around.min().x, around.min().y);
    Ok(start.including(around.max().x, around.max().y))
}
