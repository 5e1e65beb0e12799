//! Fill, D8 and accumulation from file to file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Result, anyhow};
use headwaters_raster::{
    CogOptions, Crs, GeoTiff, GeoTransform, Grid, GridSpec, OverviewResampling, Raster, Sample, write_cog,
};
use headwaters_terrain::{CellSize, Coding, accumulate, fill_d8};

use super::generated::fractal_dem;
use super::resources::Cost;

const SIDE: usize = 4096;
const CELL_M: f64 = 10.0;
/// Wall seconds of WhiteboxTools' `FillDepressions`, `D8Pointer` and `D8FlowAccumulation` on another DEM of as many
/// cells on this kind of machine, reading and writing included: 6.9 + 2.98 + 4.70, measured beforehand.
const WHITEBOX_S: f64 = 14.6;

/// Times reading a compressed DEM, fill, D8 and accumulation, and writing the three results as compressed COGs.
pub fn run() -> Result<()> {
    println!("\nFrom file to file: {SIDE} × {SIDE} cells, tiled deflate in and out, with overviews.\n");
    let folder = tempfile::tempdir()?;
    let spec = GridSpec {
        crs: Crs::from_epsg(32611)?,
        transform: GeoTransform { west: 4e5, north: 4e6, cell_width: CELL_M, cell_height: CELL_M },
        rows: SIDE,
        cols: SIDE,
    };
    write(
        fractal_dem(SIDE),
        f32::NAN,
        &spec,
        4,
        OverviewResampling::Average,
        &folder.path().join("dem.tif"),
    )?;
    println!(
        "{:>7} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}   against {WHITEBOX_S} s of WhiteboxTools",
        "threads", "deflate", "read s", "flow s", "write s", "wall s", "CPU s", "MB out"
    );
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        for level in [1, 4] {
            pool.install(|| chain(folder.path(), &spec, threads, level))?;
        }
    }
    Ok(())
}

fn chain(folder: &Path, spec: &GridSpec, threads: usize, level: u32) -> Result<()> {
    let (dem, read) = Cost::of(|| -> Result<Grid<f32>> {
        Ok(GeoTiff::from_reader(File::open(folder.join("dem.tif"))?)?.read::<f32>()?.grid)
    });
    let dem = dem?;
    let (results, flow) = Cost::of(|| {
        let (filled, pointers) = fill_d8(&dem, CellSize::square(CELL_M));
        accumulate(&pointers).map(|accumulation| (filled, pointers, accumulation))
    });
    let (filled, pointers, accumulation) = results?;
    let files = ["filled.tif", "pointers.tif", "accumulation.tif"].map(|name| folder.join(name));
    let (written, wrote) = Cost::of(|| {
        let code = |&pointer: &_| u8::try_from(Coding::Whitebox.encode(pointer, 255)).unwrap_or(255);
        let (a, (b, c)) = rayon::join(
            || write(filled, f32::NAN, spec, level, OverviewResampling::Average, &files[0]),
            || {
                rayon::join(
                    || write(accumulation, 0, spec, level, OverviewResampling::Nearest, &files[2]),
                    || write(pointers.map(code), 255, spec, level, OverviewResampling::Nearest, &files[1]),
                )
            },
        );
        a.and(b).and(c)
    });
    written?;
    let bytes =
        files.iter().map(|path| std::fs::metadata(path).map(|data| data.len())).sum::<Result<u64, _>>()?;
    let all = read.then(flow).then(wrote);
    println!(
        "{threads:>7} {level:>7} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>9.1}   {:.1} times faster by the wall, {:.1} by CPU",
        read.wall,
        flow.wall,
        wrote.wall,
        all.wall,
        all.cpu,
        bytes as f64 / 1e6,
        WHITEBOX_S / all.wall,
        WHITEBOX_S / all.cpu
    );
    Ok(())
}

fn write<T: Sample>(
    grid: Grid<T>,
    nodata: T,
    spec: &GridSpec,
    deflate_level: u32,
    overviews: OverviewResampling,
    path: &Path,
) -> Result<()> {
    let raster = Raster::new(grid, spec, Some(nodata)).ok_or_else(|| anyhow!("a grid lost its shape"))?;
    let options = CogOptions { overviews: Some(overviews), deflate_level };
    Ok(write_cog(&raster, &options, BufWriter::new(File::create(path)?))?)
}
