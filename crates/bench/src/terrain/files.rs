//! Fill, D8 and accumulation from file to file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use headwaters_raster::{
    CogOptions, Crs, GeoTiff, GeoTransform, Grid, GridSpec, OverviewResampling, Raster, Sample, write_cog,
};
use headwaters_terrain::{CellSize, Coding, accumulate, fill_d8};

use super::generated::fractal_dem;
use super::resources::Cost;

const SIDE: usize = 4096;
const CELL_M: f64 = 10.0;
/// Rounds in which the executable and we are timed in turn.
const ROUNDS: usize = 3;
/// Attempts at a tool of the executable, which now and then crashes.
const ATTEMPTS: usize = 3;

/// Times reading a compressed DEM, fill, D8 and accumulation, and writing the three results as compressed COGs; and
/// the same of a `whitebox_tools` executable.
pub fn run(whitebox_tools: Option<&Path>) -> Result<()> {
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
        "{:>7} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "threads", "deflate", "read s", "flow s", "write s", "wall s", "CPU s", "MB out"
    );
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        for level in [1, 4] {
            pool.install(|| chain(folder.path(), &spec, threads, level))?;
        }
    }
    whitebox_tools.map_or(Ok(()), |executable| beside(executable, folder.path(), &spec))
}

/// Times the executable's three tools and our chain on one thread in turn.
fn beside(executable: &Path, folder: &Path, spec: &GridSpec) -> Result<()> {
    let executable = executable.canonicalize().with_context(|| executable.display().to_string())?;
    write_grid_float(&fractal_dem(SIDE), spec, folder)?;
    println!(
        "\nWhiteboxTools' FillDepressions, D8Pointer and D8FlowAccumulation beside, compressed output, in turn:"
    );
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    for _ in 0..ROUNDS {
        let tools: [&[&str]; 3] = [
            &["-r=FillDepressions", "--dem=plain.flt", "--output=wbt_filled.tif", "--fix_flats"],
            &["-r=D8Pointer", "--dem=wbt_filled.tif", "--output=wbt_d8.tif"],
            &["-r=D8FlowAccumulation", "--input=wbt_d8.tif", "--output=wbt_sum.tif", "--pntr"],
        ];
        let mut theirs = 0.0;
        for tool in tools {
            theirs += run_tool(&executable, folder, tool)?;
        }
        let ours = pool.install(|| chain(folder, spec, 1, 1))?;
        println!("        WhiteboxTools {theirs:.2} s wall, {:.1} times ours", theirs / ours);
    }
    Ok(())
}

/// Writes `plain.flt` and its header: WhiteboxTools does not read the predictor of our COGs.
fn write_grid_float(dem: &Grid<f32>, spec: &GridSpec, folder: &Path) -> Result<()> {
    let (west, south) = (spec.transform.west, spec.transform.north - CELL_M * spec.rows as f64);
    let header = format!(
        "ncols {}\nnrows {}\nxllcorner {west}\nyllcorner {south}\ncellsize {CELL_M}\nNODATA_value -9999\nbyteorder LSBFIRST\n",
        spec.cols, spec.rows
    );
    std::fs::write(folder.join("plain.hdr"), header)?;
    let bytes: Vec<u8> = dem.as_slice().iter().flat_map(|z| z.to_le_bytes()).collect();
    Ok(std::fs::write(folder.join("plain.flt"), bytes)?)
}

/// Wall seconds of one tool, once it succeeds.
fn run_tool(executable: &Path, folder: &Path, arguments: &[&str]) -> Result<f64> {
    for _ in 0..ATTEMPTS {
        let start = Instant::now();
        let status = Command::new(executable)
            .args(arguments)
            .arg(format!("--wd={}", folder.display()))
            .arg("--compress_rasters=true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            return Ok(start.elapsed().as_secs_f64());
        }
    }
    bail!("{} {} failed {ATTEMPTS} times", executable.display(), arguments.join(" "))
}

/// Returns the wall seconds.
fn chain(folder: &Path, spec: &GridSpec, threads: usize, level: u32) -> Result<f64> {
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
        "{threads:>7} {level:>7} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>9.1}",
        read.wall,
        flow.wall,
        wrote.wall,
        all.wall,
        all.cpu,
        bytes as f64 / 1e6
    );
    Ok(all.wall)
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
