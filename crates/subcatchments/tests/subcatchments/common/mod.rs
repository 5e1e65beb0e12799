//! Reading the shared terrain data.

use std::path::{Path, PathBuf};

use headwaters_raster::{Cell, GeoTiff, GeoTransform, Grid, Sample};
use headwaters_subcatchments::AbstractionInputs;
use headwaters_terrain::{Coding, Pointer};

/// Folder of the terrain data; prints a note and returns none when it is absent.
pub fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/terrain");
    let found = folder.is_dir();
    if !found {
        println!("skipped: no terrain data at {}", folder.display());
    }
    found.then_some(folder)
}

/// Grids a basin is abstracted from.
pub struct Case {
    pub pointers: Grid<Pointer>,
    pub streams: Grid<bool>,
    pub elevation: Grid<f32>,
    pub transform: GeoTransform,
    pub outlet: Cell,
    /// Output of TOPAZ.
    pub subwta: Grid<i32>,
    pub netw_tab: String,
    pub sbct_tab: String,
}

impl Case {
    pub fn inputs(&self) -> AbstractionInputs<'_> {
        AbstractionInputs {
            pointers: &self.pointers,
            streams: &self.streams,
            elevation: &self.elevation,
            transform: self.transform,
            outlet: self.outlet,
        }
    }

    /// Every real TOPAZ run at hand, by name.
    pub fn topaz_runs(data: &Path) -> Vec<(&'static str, Case)> {
        vec![
            ("verif1", Case::verification(data, "verif1", Cell { row: 19, col: 21 })),
            ("verif2", Case::verification(data, "verif2", Cell { row: 21, col: 21 })),
            ("bullrun", Case::bullrun(data)),
        ]
    }

    /// TOPAZ's own verification data: text grids of 30 m cells.
    pub fn verification(data: &Path, name: &str, outlet: Cell) -> Case {
        let folder = data.join("topaz_verification").join(name);
        let digits = |file: &str| {
            text_grid(&folder.join(file), |line| line.bytes().map(|b| i32::from(b - b'0')).collect())
        };
        let numbers = |file: &str| {
            text_grid(&folder.join(file), |line| {
                line.split_whitespace().map(|v| v.parse().unwrap()).collect()
            })
        };
        let relief: Grid<f32> = text_grid(&folder.join("RELIEF.DAT"), |line| {
            line.split_whitespace().map(|v| v.parse().unwrap()).collect()
        });
        Case {
            pointers: digits("FLOVEC.DAT").map(|&code| Coding::Topaz.decode(code).unwrap()),
            streams: digits("NETW.DAT").map(|&code| code > 0),
            elevation: relief,
            transform: GeoTransform { west: 0.0, north: 690.0, cell_width: 30.0, cell_height: 30.0 },
            outlet,
            subwta: numbers("SUBWTA.DAT"),
            netw_tab: text(&folder.join("NETW.TAB")),
            sbct_tab: text(&folder.join("SBCT.TAB")),
        }
    }

    /// The WEPPcloud run "scarce belch" in the Bull Run watershed, with TOPAZ's own grids.
    pub fn bullrun(data: &Path) -> Case {
        let folder = data.join("bullrun/topaz");
        let relief = tif::<f32>(&data.join("bullrun/dem.tif"));
        Case {
            pointers: tif::<i32>(&folder.join("flovec.tif"))
                .0
                .map(|&code| Coding::Topaz.decode(code).unwrap()),
            streams: tif::<i32>(&folder.join("netw.tif")).0.map(|&code| code > 0),
            elevation: relief.0,
            transform: relief.1,
            outlet: Cell { row: 122, col: 69 },
            subwta: tif::<i32>(&folder.join("subwta.tif")).0,
            netw_tab: text(&folder.join("NETW.TAB")),
            sbct_tab: text(&folder.join("SBCT.TAB")),
        }
    }
}

/// Values and georeference of a GeoTIFF.
pub fn tif<T: Sample>(path: &Path) -> (Grid<T>, GeoTransform) {
    let raster = GeoTiff::from_bytes(std::fs::read(path).unwrap()).unwrap().read::<T>().unwrap();
    (raster.grid, raster.transform)
}

/// Rows of numbers of one of TOPAZ's tables.
pub fn table(text: &str, columns: usize) -> Vec<Vec<f64>> {
    let numbers = |line: &str| line.split_whitespace().map(|v| v.parse().ok()).collect::<Option<Vec<f64>>>();
    let heading: Vec<f64> = (1..=columns).map(|n| n as f64).collect();
    text.lines().filter_map(numbers).filter(|row| row.len() == columns && *row != heading).collect()
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

fn text_grid<T>(path: &Path, parse: impl Fn(&str) -> Vec<T>) -> Grid<T> {
    let rows: Vec<Vec<T>> = text(path).lines().map(str::trim).filter(|l| !l.is_empty()).map(parse).collect();
    let (count, cols) = (rows.len(), rows[0].len());
    Grid::from_vec(count, cols, rows.into_iter().flatten().collect()).unwrap()
}
