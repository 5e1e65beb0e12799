//! Invariants of any basin, whatever its pointers and streams.

use std::collections::{HashMap, HashSet};

use geo::{Area, Validation};
use headwaters_raster::{Cell, GeoTransform, Grid};
use headwaters_subcatchments::{
    AbstractionInputs, AbstractionOptions, Numbering, ProfileMode, Watershed, abstract_watershed,
};
use headwaters_terrain::{CellSize, Direction, Pointer, basin, d8, downstream, fill};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Basin {
    pointers: Grid<Pointer>,
    streams: Grid<bool>,
    elevation: Grid<f32>,
    transform: GeoTransform,
    outlet: Cell,
}

impl Basin {
    fn inputs(&self) -> AbstractionInputs<'_> {
        AbstractionInputs {
            pointers: &self.pointers,
            streams: &self.streams,
            elevation: &self.elevation,
            transform: self.transform,
            outlet: self.outlet,
        }
    }
}

/// Rough DEMs with holes, sloping towards the outlet or not at all, and streams strewn at random.
fn any_basin() -> impl Strategy<Value = Basin> {
    (2usize..16, 2usize..16, 1.0f64..40.0, 1.0f64..40.0).prop_flat_map(|(rows, cols, width, height)| {
        let z = prop_oneof![20 => (0i16..40).prop_map(f32::from), 1 => Just(f32::NAN)];
        let count = rows * cols;
        (
            prop::collection::vec(z, count),
            prop::collection::vec(prop::bool::weighted(0.25), count),
            0..count,
            0.0f32..6.0,
        )
            .prop_map(move |(noise, mut streams, outlet, tilt)| {
                let outlet_cell = Cell { row: outlet / cols, col: outlet % cols };
                let far = |index: usize| {
                    (index / cols).abs_diff(outlet_cell.row) + (index % cols).abs_diff(outlet_cell.col)
                };
                let dem = noise.iter().enumerate().map(|(i, z)| z + tilt * far(i) as f32).collect();
                let mut dem: Grid<f32> = Grid::from_vec(rows, cols, dem).unwrap();
                if dem[outlet_cell].is_nan() {
                    dem[outlet_cell] = 0.0;
                }
                streams[outlet] = true;
                Basin {
                    pointers: d8(&fill(&dem), CellSize { width_m: width, height_m: height }),
                    streams: Grid::from_vec(rows, cols, streams).unwrap(),
                    elevation: dem,
                    transform: GeoTransform {
                        west: 500.0,
                        north: 9000.0,
                        cell_width: width,
                        cell_height: height,
                    },
                    outlet: outlet_cell,
                }
            })
    })
}

/// Pointers as a broken or hostile raster may hold them: loops, ends inside, any mixture.
fn any_pointers() -> impl Strategy<Value = Basin> {
    any_basin().prop_flat_map(|basin| {
        let pointer = prop_oneof![
            12 => (0usize..8).prop_map(|i| Pointer::to(Direction::ALL[i])),
            1 => Just(Pointer::OFF),
            1 => Just(Pointer::NODATA),
        ];
        prop::collection::vec(pointer, basin.pointers.len()).prop_map(move |pointers| {
            let (rows, cols) = (basin.pointers.rows(), basin.pointers.cols());
            Basin {
                pointers: Grid::from_vec(rows, cols, pointers).unwrap(),
                elevation: basin.elevation.map(|z| if z.is_nan() { 7.0 } else { *z }),
                ..basin.clone()
            }
        })
    })
}

fn any_options() -> impl Strategy<Value = AbstractionOptions> {
    let numbering = prop_oneof![Just(Numbering::Topaz), Just(Numbering::Wbt)];
    let profile =
        prop_oneof![Just(ProfileMode::WeightedFlowpaths), Just(ProfileMode::RepresentativeFlowpath)];
    (numbering, profile, any::<bool>(), prop::option::of(5.0f64..300.0), 2usize..12).prop_map(
        |(numbering, profile, cap_side_length, clip_length_m, max_points)| AbstractionOptions {
            numbering,
            profile,
            cap_side_length,
            clip_length_m,
            max_points,
            flowpaths: true,
            ..AbstractionOptions::default()
        },
    )
}

/// Every cell is in exactly one hillslope or channel, and areas add up: no hectare of a report is lost or
/// counted twice.
fn check_areas(basin: &Basin, watershed: &Watershed) {
    let mut seen = HashSet::new();
    let parts = watershed
        .hillslopes
        .iter()
        .map(|h| (h.topaz_id, &h.cells))
        .chain(watershed.channels.iter().map(|c| (c.topaz_id, &c.cells)));
    let mut ids = HashSet::new();
    for (id, cells) in parts {
        assert!(ids.insert(id), "id {id} twice");
        assert!(!cells.is_empty());
        for &cell in cells {
            assert!(seen.insert(cell), "cell {cell} twice");
            assert_eq!(watershed.subwta.as_slice()[cell as usize], id);
        }
    }
    assert_eq!(seen.len(), watershed.basin_cells);
    assert_eq!(watershed.subwta.as_slice().iter().filter(|&&id| id != 0).count(), watershed.basin_cells);
    let total: f64 = watershed.hillslopes.iter().map(|h| h.area_m2).sum::<f64>()
        + watershed.channels.iter().map(|c| c.area_m2).sum::<f64>();
    assert!((total - watershed.area_m2()).abs() < 1e-6 * total);
    assert!((watershed.area_m2() / basin.transform.cell_area() - watershed.basin_cells as f64).abs() < 1e-6);
}

/// Ids follow the scheme, WEPP ids are 1..n, and every part is fed into the run exactly once, by an element
/// that comes later: WEPP reads the structure in one pass.
fn check_ids_and_structure(watershed: &Watershed) {
    for (rank, hillslope) in watershed.hillslopes.iter().enumerate() {
        assert_eq!(hillslope.wepp_id as usize, rank + 1);
        assert!((1..=3).contains(&(hillslope.topaz_id % 10)));
        assert_eq!(hillslope.topaz_id / 10, hillslope.channel_topaz_id / 10);
    }
    let structure = watershed.structure();
    let hillslopes = watershed.hillslopes.len();
    assert_eq!(structure.len(), watershed.channels.len() + watershed.relays.len());
    let mut fed = HashSet::new();
    for (rank, element) in structure.iter().enumerate() {
        assert_eq!(element.wepp_id as usize, hillslopes + rank + 1);
        assert!(element.topaz_id % 10 == 4 && element.topaz_id >= 24);
        for feeder in element.feeders().into_iter().filter(|&id| id != 0) {
            assert!(feeder < element.wepp_id);
            assert!(fed.insert(feeder), "{feeder} drains twice");
        }
    }
    assert_eq!(structure.last().unwrap().topaz_id, 24);
    assert_eq!(fed.len(), hillslopes + structure.len() - 1);
    for channel in &watershed.channels {
        assert_eq!(watershed.channel(channel.topaz_id).unwrap().wepp_id, channel.wepp_id);
        assert_eq!(channel.inflows.is_empty(), channel.is_headwater());
        assert_ne!(channel.inflows.len(), 1, "a link does not end where nothing joins");
    }
}

/// Water from every hillslope cell reaches a channel first at the hillslope's own channel.
fn check_drainage(basin: &Basin, watershed: &Watershed) {
    let channel_cells: HashMap<u32, u32> =
        watershed.channels.iter().flat_map(|c| c.cells.iter().map(|&cell| (cell, c.topaz_id))).collect();
    for hillslope in &watershed.hillslopes {
        for &cell in &hillslope.cells {
            let mut cell = basin.pointers.cell(cell as usize);
            while !channel_cells.contains_key(&(basin.pointers.index(cell) as u32)) {
                cell = downstream(&basin.pointers, cell).unwrap();
            }
            assert_eq!(channel_cells[&(basin.pointers.index(cell) as u32)], hillslope.channel_topaz_id);
        }
    }
}

/// WEPP rejects profiles that do not run from 0 to 1 or that are level.
fn check_profiles(watershed: &Watershed, options: &AbstractionOptions) {
    let hillslopes = watershed.hillslopes.iter().map(|h| (&h.profile, h.length_m));
    for (profile, length_m) in hillslopes.chain(watershed.channels.iter().map(|c| (&c.profile, c.length_m))) {
        assert!(length_m.is_finite() && length_m > 0.0);
        assert!(profile.len() >= 2 && profile.len() <= options.max_points.max(3));
        assert_eq!(profile[0].distance_fraction, 0.0);
        assert!((profile[profile.len() - 1].distance_fraction - 1.0).abs() < 1e-12);
        assert!(profile.windows(2).all(|pair| pair[0].distance_fraction < pair[1].distance_fraction));
        assert!(profile.iter().all(|p| p.slope_m_per_m >= options.min_slope_m_per_m - 1e-12));
    }
    for hillslope in &watershed.hillslopes {
        assert!(
            (hillslope.length_m * hillslope.width_m - hillslope.area_m2).abs() < 1e-6 * hillslope.area_m2
        );
        assert!(options.clip_length_m.is_none_or(|most| hillslope.length_m <= most));
        assert!(hillslope.slope_file().to_text().is_ok());
    }
    assert!(watershed.channel_slope_file().to_text().is_ok());
    let paths: usize = watershed.hillslopes.iter().map(|h| h.flowpath_count).sum();
    assert_eq!(watershed.flowpaths.len(), paths);
}

/// Unsimplified outlines have the cells' areas; simplified ones are valid and share their edges.
fn check_outlines(watershed: &Watershed, tolerance_m: f64) {
    let cell_area = watershed.transform.cell_area();
    let outlines = watershed.outlines(0.0);
    assert_eq!(outlines.len(), watershed.hillslopes.len() + watershed.channels.len());
    for outline in &outlines {
        let cells = watershed.subwta.as_slice().iter().filter(|&&id| id == outline.topaz_id).count() as f64;
        assert!((outline.polygons.signed_area() - cells * cell_area).abs() < 1e-6 * cells * cell_area);
        assert!(outline.polygons.is_valid(), "{outline:?}");
    }
    let smooth = watershed.outlines(tolerance_m);
    assert_eq!(smooth.len(), outlines.len());
    let mut segments = HashMap::new();
    for outline in &smooth {
        assert!(outline.polygons.is_valid(), "{outline:?}");
        for polygon in &outline.polygons {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for line in ring.lines() {
                    let bits = |p: geo::Coord| (p.x.to_bits(), p.y.to_bits());
                    assert!(segments.insert((bits(line.start), bits(line.end)), outline.topaz_id).is_none());
                }
            }
        }
    }
    // Edges that no neighbour shares bound the basin: they close into rings around its whole area.
    let outer: f64 = segments
        .keys()
        .filter(|(start, end)| !segments.contains_key(&(*end, *start)))
        .map(|(start, end)| {
            let [x0, y0, x1, y1] = [start.0, start.1, end.0, end.1].map(f64::from_bits);
            (x0 * y1 - x1 * y0) / 2.0
        })
        .sum();
    let total: f64 = smooth.iter().map(|outline| outline.polygons.signed_area()).sum();
    assert!((outer - total).abs() < 1e-6 * total.abs());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_dem_is_divided_completely(basin in any_basin(), options in any_options(), tolerance in 0.0f64..80.0) {
        let watershed = abstract_watershed(&basin.inputs(), &options).unwrap();
        prop_assert_eq!(
            watershed.basin_cells,
            basin_cells(&basin)
        );
        check_areas(&basin, &watershed);
        check_ids_and_structure(&watershed);
        if options.numbering == Numbering::Topaz {
            check_drainage(&basin, &watershed);
        }
        check_profiles(&watershed, &options);
        check_outlines(&watershed, tolerance);
    }

    #[test]
    fn hostile_pointers_are_divided_completely(basin in any_pointers(), options in any_options()) {
        let watershed = abstract_watershed(&basin.inputs(), &options).unwrap();
        check_areas(&basin, &watershed);
        check_ids_and_structure(&watershed);
        check_profiles(&watershed, &options);
        check_outlines(&watershed, 20.0);
    }
}

fn basin_cells(case: &Basin) -> usize {
    basin(&case.pointers, case.outlet).as_slice().iter().filter(|&&inside| inside).count()
}
