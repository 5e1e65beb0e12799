//! Special cases on a small valley with known outlets.

use geo::{LineString, MultiPolygon, Polygon};
use headwaters_raster::{Cell, Crs, GeoTransform, Grid, GridSpec, Transformer};
use proptest::prelude::*;

use super::Strategy;
use super::*;
use crate::steps::neighbour_index;
use crate::streams::junction_count;
use crate::{DelineateOptions, Direction, Flow, basin};

const CELL: CellSize = CellSize { width_m: 10.0, height_m: 10.0 };

/// Two valleys, at columns 10 and 30, that meet at row 40 and leave as one in column 20 at the southern edge.
fn forked_valley() -> Grid<f32> {
    Grid::from_fn(61, 41, |c| {
        let (row, col) = (c.row as f32, c.col as f32);
        let across = match c.row {
            0..=29 => (col - 10.0).abs().min((col - 30.0).abs()),
            30..=39 => {
                let shift = row - 29.0;
                (col - 10.0 - shift).abs().min((col - 30.0 + shift).abs())
            }
            _ => (col - 20.0).abs(),
        };
        500.0 - row + 2.0 * across
    })
}

fn options() -> DelineateOptions {
    DelineateOptions {
        critical_source_area_ha: 1.0,
        min_channel_length_m: 0.0,
        ..DelineateOptions::default()
    }
}

fn flow() -> Flow {
    Flow::of_dem(&forked_valley(), CELL, &options()).unwrap()
}

fn find(flow: &Flow, mask: Grid<bool>) -> OutletReport {
    find_outlet(flow.network(), &Target::within(mask), CELL, &OutletOptions::default()).unwrap()
}

fn codes(report: &OutletReport) -> Vec<&'static str> {
    report.findings.iter().map(Finding::code).collect()
}

/// A basin given as polygon is found again, cell for cell, by both searches.
#[test]
fn an_exact_watershed_is_ok() {
    let flow = flow();
    let outlet = Cell { row: 20, col: 10 };
    let report = find(&flow, basin(&flow.pointers, outlet));
    let found = report.outlet.unwrap();
    assert_eq!((found.cell, found.overlap.iou()), (outlet, 1.0));
    assert_eq!(report.traced.unwrap().cell, outlet);
    // Its divide is the edge of this small DEM: that alone is remarked on.
    assert_eq!(report.status, Status::NeedsReview);
    assert!(report.findings.iter().all(|f| matches!(f, Finding::BasinTouchesEdge { .. })));
}

#[test]
fn a_basin_clear_of_the_edge_is_ok_without_findings() {
    let flow = flow();
    let outlet = Cell { row: 20, col: 10 };
    let mut dem = forked_valley();
    for i in 0..dem.len() {
        let c = dem.cell(i);
        if c.row < 2 || c.col < 2 {
            dem.as_mut_slice()[i] = 700.0 - 20.0 * c.row.min(c.col) as f32;
        }
    }
    // Outer slopes fall towards the edge, so that the divide lies inside the map.
    let dem = Grid::from_fn(61, 41, |c| if c.row == 0 || c.col == 0 { 300.0 } else { dem[c] });
    let inner = Flow::of_dem(&dem, CELL, &options()).unwrap();
    let report = find(&inner, basin(&inner.pointers, outlet));
    assert_eq!((report.status, report.message()), (Status::Ok, None));
    assert_eq!(find(&flow, basin(&flow.pointers, outlet)).outlet.unwrap().cell, outlet);
}

/// A polygon that ends at a confluence: the reference may walk past it into a much larger basin.
#[test]
fn an_outlet_at_a_confluence_moves_to_one_stream_or_gets_a_finding() {
    let flow = flow();
    let is_junction =
        |i: &usize| flow.streams.as_slice()[*i] && junction_count(&flow.pointers, &flow.streams, *i) > 1;
    for junction in (0..flow.streams.len()).filter(is_junction).map(|i| flow.pointers.cell(i)) {
        let report = find(&flow, basin(&flow.pointers, junction));
        let outlet = report.outlet.unwrap();
        assert!(outlet.overlap.iou() > 0.98, "{outlet:?}");
        assert!(outlet.cell.row.abs_diff(junction.row) <= 1, "{outlet:?} for {junction:?}");
        let remark = report.findings.iter().find_map(|f| match f {
            Finding::Confluence { kept, .. } => Some(*kept),
            _ => None,
        });
        assert_eq!(remark, Some(outlet.cell == junction));
    }
}

#[test]
fn an_outlet_where_the_stream_leaves_the_dem_needs_review() {
    let flow = flow();
    let report = find(&flow, basin(&flow.pointers, Cell { row: 60, col: 20 }));
    assert!(codes(&report).contains(&"outlet_at_dem_edge"), "{:?}", report.findings);
    assert_eq!(report.status, Status::NeedsReview);
}

#[test]
fn a_basin_beside_missing_elevations_needs_review() {
    let mut dem = forked_valley();
    for row in 5..9 {
        for col in 11..14 {
            dem[Cell { row, col }] = f32::NAN;
        }
    }
    let flow = Flow::of_dem(&dem, CELL, &options()).unwrap();
    let whole = basin(&flow.pointers, Cell { row: 28, col: 10 });
    let mask = Grid::from_fn(61, 41, |c| whole[c] && !(3..11).contains(&c.row));
    let report = find(&flow, mask);
    assert!(codes(&report).contains(&"basin_touches_nodata"), "{:?}", report.findings);
    assert!(report.status < Status::Ok);
    let inside = Grid::from_fn(61, 41, |c| c.row < 29 && c.col < 20);
    assert!(codes(&find(&flow, inside)).contains(&"nodata_in_polygon"));
}

#[test]
fn a_polygon_without_stream_fails_with_its_largest_accumulation() {
    let mut flow = flow();
    flow.streams = Grid::filled(61, 41, false);
    let report = find(&flow, Grid::from_fn(61, 41, |c| c.row < 5 && c.col < 5));
    assert_eq!(report.status, Status::Failed);
    assert!(matches!(report.findings[..], [Finding::NoStream { largest_cells: 1.. }]));
    assert!(matches!(report.traced, Err(TraceError::NoStreamReached { .. })));
}

/// A town beside a river: much water passes, none of the polygon's own.
#[test]
fn a_polygon_that_is_no_watershed_fails() {
    let flow = flow();
    let town = Grid::from_fn(61, 41, |c| (45..50).contains(&c.row) && (15..26).contains(&c.col));
    let report = find(&flow, town);
    assert_eq!((report.status, codes(&report)[0]), (Status::Failed, "not_a_watershed"));
}

#[test]
fn two_valleys_in_one_polygon_are_several_outlets() {
    let flow = flow();
    let report = find(&flow, Grid::from_fn(61, 41, |c| c.row <= 12));
    assert_eq!(report.status, Status::Failed);
    let several = report.findings.iter().find_map(|f| match f {
        Finding::SeveralOutlets { exits, .. } => Some(exits.clone()),
        _ => None,
    });
    let exits = several.unwrap();
    assert!(exits.len() == 2 && exits.iter().all(|e| e.cell.row >= 12 && e.share > 0.25), "{exits:?}");
}

/// If the best cell lies above the place at which the flow leaves the polygon, that place is no second outlet.
#[test]
fn the_shares_of_several_outlets_never_exceed_the_whole() {
    let flow = flow();
    for row in 14..58 {
        for last in 6..40 {
            let report = find(&flow, Grid::from_fn(61, 41, |c| c.row <= row && c.col <= last && c.row >= 8));
            for finding in &report.findings {
                let Finding::SeveralOutlets { exits, .. } = finding else { continue };
                let sum: f64 = exits.iter().map(|exit| exit.share).sum();
                assert!(sum < 1.0 + 1e-9, "{exits:?}");
            }
        }
    }
}

/// The eight neighbours of every cell of `mask` belong to the polygon too.
fn grown(mask: &Grid<bool>) -> Grid<bool> {
    Grid::from_fn(mask.rows(), mask.cols(), |c| {
        let mut around = Direction::ALL.iter().filter_map(|&d| neighbour_index(61, 41, mask.index(c), d));
        mask[c] || around.any(|n| mask.as_slice()[n])
    })
}

/// An outline drawn outside the divide takes in stream below the outlet: the best overlap with it as drawn lies
/// too far down the valley.
#[test]
fn an_outline_drawn_outside_the_divide_finds_the_outlet_and_reports_the_offset() {
    let flow = flow();
    let outlet = Cell { row: 20, col: 10 };
    let drawn = grown(&grown(&grown(&grown(&basin(&flow.pointers, outlet)))));
    let shared = Shared::new(flow.network(), &drawn).unwrap();
    let drawn_cells = drawn.as_slice().iter().filter(|&&inside| inside).count() as u32;
    let as_drawn = best_overlap(flow.network(), shared.iter(), drawn_cells).unwrap().overlap;
    let report = find(&flow, drawn.clone());
    let found = report.outlet.unwrap();
    let exact = flow.accumulation[outlet];
    let off = |cells: u32| cells.abs_diff(exact);
    assert!(found.cell.col == 10 && off(found.overlap.basin_cells) < off(as_drawn.basin_cells), "{found:?}");
    let reported = report.findings.iter().find_map(|finding| match finding {
        Finding::OffsetOutline { outside_m, iou, moved_iou } => Some((*outside_m, *iou, *moved_iou)),
        _ => None,
    });
    let (outside_m, iou, moved_iou) = reported.unwrap();
    assert!((20.0..60.0).contains(&outside_m), "{outside_m}");
    assert!(iou < 0.9 && moved_iou > 0.9, "{iou} {moved_iou}");
    assert_eq!(report.status, Status::NeedsReview);
}

/// The reference ends in "invalid D8 pointer" here and never says that the polygon leaves the DEM.
#[test]
fn a_polygon_beyond_the_dem_says_how_much_and_where() {
    let transform = GeoTransform { west: 0.0, north: 610.0, cell_width: 10.0, cell_height: 10.0 };
    let flow = flow();
    let rectangle = |west: f64, east: f64| {
        let ring = vec![(west, 330.0), (east, 330.0), (east, 610.0), (west, 610.0), (west, 330.0)];
        MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])])
    };
    let find = |polygon: &MultiPolygon<f64>| {
        let target = Target::of_polygon(polygon, &transform, 61, 41);
        find_outlet(flow.network(), &target, CELL, &OutletOptions::default()).unwrap()
    };
    let report = find(&rectangle(-200.0, 200.0));
    assert_eq!(report.status, Status::Failed);
    let Some(Finding::BeyondDem { share, sides }) = report.findings.first() else { panic!("{report:?}") };
    assert!((share - 0.5).abs() < 0.01 && sides == &[Side::West]);
    assert!(report.message().unwrap().contains("50.0 % of the polygon lies beyond the western edge"));
    let outside = find(&rectangle(-900.0, -500.0));
    assert_eq!((outside.status, outside.findings.as_slice()), (Status::Failed, &[Finding::OutsideDem][..]));
    let speck = find(&rectangle(101.0, 102.0));
    assert_eq!(codes(&speck), ["smaller_than_a_cell"]);
}

#[test]
fn an_override_is_snapped_recorded_and_needs_review() {
    let crs = Crs::from_epsg(32611).unwrap();
    let transform = GeoTransform { west: 500_000.0, north: 4_000_000.0, cell_width: 10.0, cell_height: 10.0 };
    let (x, y) = transform.centre(Cell { row: 20, col: 12 });
    let lon_lat = Transformer::new(&crs, &Crs::wgs84()).point(x, y).unwrap();
    let flow = flow();
    let target = Target::within(basin(&flow.pointers, Cell { row: 25, col: 10 }));
    let call = |reach: f64, at: (f64, f64)| {
        let options = OutletOptions::default();
        let dem = GridSpec { crs: crs.clone(), transform, rows: 61, cols: 41 };
        override_outlet(flow.network(), &target, at, &dem, CELL, reach, &options)
    };
    let (report, record) = call(50.0, lon_lat).unwrap();
    assert_eq!(record.requested, Cell { row: 20, col: 12 });
    assert_eq!((record.snapped, record.moved_m), (Cell { row: 20, col: 10 }, 20.0));
    assert_eq!(report.outlet.unwrap().strategy, Strategy::Override);
    assert_eq!(report.status, Status::NeedsReview);
    assert!(codes(&report).contains(&"set_by_hand"), "{:?}", report.findings);
    assert!(matches!(call(15.0, lon_lat), Err(OverrideError::NoStream { .. })));
    assert!(matches!(call(50.0, (0.0, 0.0)), Err(OverrideError::OutsideDem { .. })));
}

/// The audit file carries the original's property names.
#[test]
fn the_audit_file_has_the_property_names_of_the_original() {
    let flow = flow();
    let traced = trace_outlet(flow.network(), &basin(&flow.pointers, Cell { row: 20, col: 10 })).unwrap();
    let transform = GeoTransform { west: 0.0, north: 610.0, cell_width: 10.0, cell_height: 10.0 };
    let audit = traced.to_geojson(&transform, Some(32611));
    assert_eq!(audit["crs"]["properties"]["name"], "urn:ogc:def:crs:EPSG::32611");
    let feature = &audit["features"][0];
    assert_eq!(feature["geometry"]["coordinates"], serde_json::json!([105.0, 405.0]));
    assert_eq!(feature["properties"]["outlet_junction_count"], 1);
    assert_eq!(feature["properties"]["start_mode"], "watershed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// The formula with two accumulations against trying every stream cell's basin.
    #[test]
    fn the_best_overlap_is_the_best_of_all_basins(dem in crate::fill::tests::any_dem(), seed in 0usize..1000) {
        let mut options = options();
        options.critical_source_area_ha = 0.02;
        let flow = Flow::of_dem(&dem, CELL, &options).unwrap();
        let mask = Grid::from_fn(dem.rows(), dem.cols(), |c| (c.row * 7 + c.col * 3 + seed) % 11 < 6);
        let iou = |outlet: usize| {
            let upstream = basin(&flow.pointers, flow.pointers.cell(outlet));
            let pairs = || upstream.as_slice().iter().zip(mask.as_slice());
            let both = pairs().filter(|&(&a, &b)| a && b).count();
            both as f64 / pairs().filter(|&(&a, &b)| a || b).count() as f64
        };
        let streams = (0..dem.len()).filter(|&i| flow.streams.as_slice()[i]);
        let best = streams.map(iou).fold(0.0, f64::max);
        let mask_cells = mask.as_slice().iter().filter(|&&inside| inside).count() as u32;
        let shared = Shared::new(flow.network(), &mask).unwrap();
        let found = best_overlap(flow.network(), shared.iter(), mask_cells);
        prop_assert!((found.map_or(0.0, |found| found.overlap.iou()) - best).abs() < 1e-12);
        let exact = OutletOptions { exit_margin: 0.0, ..OutletOptions::default() };
        let report = find_outlet(flow.network(), &Target::within(mask.clone()), CELL, &exact).unwrap();
        let moved = codes(&report).contains(&"offset_outline");
        match report.outlet {
            Some(outlet) => {
                prop_assert!((outlet.overlap.iou() - iou(flow.pointers.index(outlet.cell))).abs() < 1e-12);
                prop_assert!(moved || outlet.overlap.iou() + 0.01 >= best - 1e-12);
            }
            None => prop_assert_eq!(best, 0.0),
        }
    }
}
