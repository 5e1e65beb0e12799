//! Options of the terrain benchmark.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use headwaters_terrain::{Conditioning, OutletOptions};

/// Options of `headwaters bench terrain`.
#[derive(Args, Clone, Debug)]
pub struct TerrainArgs {
    /// A case folder, or a folder of case folders. A case holds `dem.tif` (or tiles, or D8 and accumulation)
    /// and `watersheds*.geojson`, and may hold `truth.json`.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Print a JSON array with one object per watershed, and nothing else.
    #[arg(long)]
    pub json: bool,
    /// Critical source area in hectares, where `truth.json` names none.
    #[arg(long, default_value_t = 5.0, value_name = "HA")]
    pub csa_ha: f64,
    /// Minimum channel length in metres, where `truth.json` names none.
    #[arg(long, default_value_t = 60.0, value_name = "M")]
    pub mcl_m: f64,
    /// Outlet search: by the best overlap, or as in WhiteboxTools.
    #[arg(long, default_value = "best_overlap", value_parser = ["best_overlap", "wbt"])]
    pub strategy: String,
    /// Depression handling.
    #[arg(long, value_enum, default_value_t = ConditioningName::LeastHarm)]
    pub conditioning: ConditioningName,
    /// The outlet where the flow leaves the polygon is taken when its overlap is within this of the best.
    #[arg(long, default_value_t = OutletOptions::default().exit_margin, value_name = "IOU")]
    pub exit_margin: f64,
    /// Disturb the polygons of every `watersheds.geojson` in 13 ways, and compare with the undisturbed basins.
    #[arg(long)]
    pub disturb: bool,
    /// Write the basin of every watershed into this folder, as GeoTIFF.
    #[arg(long, value_name = "DIR")]
    pub write_basins: Option<PathBuf>,
    /// Write the conditioned DEM of every case into this folder, as GeoTIFF.
    #[arg(long, value_name = "DIR")]
    pub write_conditioned: Option<PathBuf>,
    /// Only write the generated DEM of `--side` cells a side, for other programs.
    #[arg(long, value_name = "FILE")]
    pub write_dem: Option<PathBuf>,
    /// Cells a side of the DEM that is written.
    #[arg(long, default_value_t = 4096, value_name = "CELLS")]
    pub side: usize,
    /// Leave out the generated DEMs.
    #[arg(long)]
    pub no_speed: bool,
    /// Also time this `whitebox_tools` executable from file to file.
    #[arg(long, value_name = "EXE")]
    pub whitebox_tools: Option<PathBuf>,
    /// Time a generated DEM of 100 Mcells too (needs 2 GB).
    #[arg(long)]
    pub large: bool,
}

/// Names of the conditioning methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConditioningName {
    /// Hybrid fill/breach (least cost): per depression the cheaper of filling and a bounded breach.
    LeastHarm,
    /// Plain filling.
    Fill,
    /// Filling with a least step.
    FillEpsilon,
    /// Complete breaching.
    BreachComplete,
    /// Least-cost breaching within 33 cells.
    BreachLeastCost,
}

impl ConditioningName {
    pub(super) fn method(self) -> Conditioning {
        match self {
            ConditioningName::LeastHarm => Conditioning::LeastHarm,
            ConditioningName::Fill => Conditioning::Fill,
            ConditioningName::FillEpsilon => Conditioning::FillEpsilon,
            ConditioningName::BreachComplete => Conditioning::BreachComplete,
            ConditioningName::BreachLeastCost => Conditioning::BreachLeastCost { search_cells: 33 },
        }
    }
}
