//! Invariance to the number of threads.

use std::sync::LazyLock;

use headwaters_raster::Grid;
use proptest::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::bits;
use crate::fill::tests::any_dem_of;
use crate::{
    CellSize, Conditioning, DelineateOptions, Finding, Flow, Outlet, Pointer, Status, Target,
    accumulate_mask, aspect, delineate, fill_d8, slope, strahler,
};

const CELL: CellSize = CellSize { width_m: 8.0, height_m: 11.0 };

const CONDITIONINGS: [Conditioning; 5] = [
    Conditioning::LeastHarm,
    Conditioning::Fill,
    Conditioning::FillEpsilon,
    Conditioning::BreachComplete,
    Conditioning::BreachLeastCost { search_cells: 2000 },
];

/// One thread first, then more than this machine may have cores.
static POOLS: LazyLock<Vec<ThreadPool>> = LazyLock::new(|| {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    [1, 2, 3, 5, 8].map(pool).into()
});

/// All that a run takes from one DEM and one polygon.
#[derive(Debug, PartialEq)]
struct Results {
    surfaces: Vec<Grid<u32>>,
    pointers: Vec<Grid<Pointer>>,
    accumulations: Vec<Grid<u32>>,
    streams: Grid<bool>,
    orders: Grid<u8>,
    outlet: (Status, Option<Outlet>, Grid<bool>, Vec<Finding>),
}

impl Results {
    fn of(dem: &Grid<f32>, mask: &Grid<bool>) -> Self {
        let options = DelineateOptions {
            critical_source_area_ha: 0.03,
            min_channel_length_m: 20.0,
            ..DelineateOptions::default()
        };
        let conditioned = CONDITIONINGS.map(|method| method.apply(dem, CELL).unwrap());
        let surfaces = conditioned.iter().chain([&slope(dem, CELL), &aspect(dem, CELL)]).map(bits).collect();
        let methods = CONDITIONINGS.map(|method| method.pointers(dem, CELL).unwrap());
        let pointers: Vec<_> = methods.into_iter().chain([fill_d8(dem, CELL).1]).collect();
        let target = Target::within(mask.clone());
        let delineation = delineate(dem, CELL, &target, &options).unwrap();
        let Flow { accumulation, streams, pointers: flow } = delineation.flow;
        let report = delineation.report;
        Self {
            surfaces,
            accumulations: vec![accumulation, accumulate_mask(&flow, mask).unwrap()],
            orders: strahler(&flow, &streams).unwrap(),
            pointers,
            streams,
            outlet: (report.status, report.outlet, report.basin, report.findings),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    /// A user who repeats a run on a machine with other cores must get the same outlet, the same channels and
    /// the same elevations, to the last bit; otherwise two reports on one watershed differ and nobody can say why.
    #[test]
    fn any_number_of_threads_gives_the_same_results(dem in any_dem_of(1..40), seed in 0usize..1000) {
        let mask = Grid::from_fn(dem.rows(), dem.cols(), |c| (c.row / 3 * 7 + c.col / 4 * 3 + seed) % 11 < 6);
        let [one, more @ ..] = &POOLS[..] else { unreachable!("pools are listed above") };
        let alone = one.install(|| Results::of(&dem, &mask));
        for pool in more {
            let together = pool.install(|| Results::of(&dem, &mask));
            prop_assert_eq!(&together, &alone, "with {} threads", pool.current_num_threads());
        }
    }
}
