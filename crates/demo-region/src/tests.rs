use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use geo::{Area, BoundingRect, MultiPolygon, Polygon, Validation};
use headwaters_landscape::{Classification, ColorTable, CoverTable, RasterDescription, SoilTable, ValueMap};
use headwaters_terrain::{Status, Target, delineate};

use super::*;

static REGION: LazyLock<DemoRegion> = LazyLock::new(|| generate(1));

fn fingerprint(region: &DemoRegion) -> u64 {
    let mut state = DefaultHasher::new();
    region.dem.grid.as_slice().iter().for_each(|height| height.to_bits().hash(&mut state));
    region.landcover.grid.as_slice().hash(&mut state);
    region.soils.grid.as_slice().hash(&mut state);
    region.burn_severity.grid.as_slice().hash(&mut state);
    region.watersheds.to_string().hash(&mut state);
    state.finish()
}

/// Name and polygon of each watershed, in the DEM's system.
fn polygons() -> Vec<(String, Polygon<f64>)> {
    let to_map = Transformer::new(&Crs::wgs84(), &REGION.dem.crs);
    let of = |feature: &geojson::Feature| {
        let geometry = feature.geometry.clone().expect("a geometry");
        let polygon = Polygon::<f64>::try_from(geometry).expect("a polygon");
        let name = feature.property("name").and_then(|name| name.as_str()).expect("a name");
        (name.to_owned(), to_map.polygon(&polygon).expect("within the projection"))
    };
    REGION.watersheds.features.iter().map(of).collect()
}

/// Two people who look at the demo see the same region.
#[test]
fn the_same_seed_gives_the_same_region() {
    assert_eq!(fingerprint(&REGION), fingerprint(&generate(1)));
}

/// The uploaded file must pass without repair, and every watershed's buffered extent must lie on the DEM.
#[test]
fn watersheds_are_a_clean_upload() {
    let polygons = polygons();
    assert!(polygons.len() >= 24, "{} watersheds", polygons.len());
    let names: BTreeSet<String> = polygons.iter().map(|(name, _)| name.to_lowercase()).collect();
    assert_eq!(names.len(), polygons.len());
    let dem = REGION.dem.bounds();
    for (name, polygon) in &polygons {
        assert!(polygon.is_valid(), "{name}");
        let area_km2 = polygon.unsigned_area() / 1e6;
        assert!((2.0..=30.0).contains(&area_km2), "{name}: {area_km2} km²");
        let rect = polygon.bounding_rect().expect("not empty");
        let inner = dem.grown(-1500.0);
        assert!(
            inner.contains(rect.min().x, rect.min().y) && inner.contains(rect.max().x, rect.max().y),
            "{name}"
        );
    }
}

/// A demo whose outlets need review would make a newcomer doubt the product.
#[test]
fn every_watershed_delineates_without_review() {
    let dem = &REGION.dem;
    let options = DelineateOptions {
        critical_source_area_ha: CHANNELS.0,
        min_channel_length_m: CHANNELS.1,
        ..DelineateOptions::default()
    };
    for (name, polygon) in polygons() {
        let rect = polygon.bounding_rect().expect("not empty");
        let extent = headwaters_raster::Bounds {
            west: rect.min().x,
            south: rect.min().y,
            east: rect.max().x,
            north: rect.max().y,
        };
        let window = dem.spec().window_of(extent.grown(900.0), 0).expect("on the DEM");
        let part = dem.window(window).expect("on the DEM");
        let (rows, cols) = (part.grid.rows(), part.grid.cols());
        let target = Target::of_polygon(&MultiPolygon::from(polygon), &part.transform, rows, cols);
        let report =
            delineate(&part.grid, CellSize::square(CELL_M), &target, &options).expect("flows").report;
        assert_eq!(report.status, Status::Ok, "{name}: {:?}", report.findings);
    }
}

/// A value without a row in a table would fail runs of the demo.
#[test]
fn every_class_is_known() {
    let nlcd = ValueMap::nlcd().expect("built in");
    let covers = CoverTable::built_in().expect("built in");
    let soils = SoilTable::parse(&REGION.soil_table, "soils.csv").expect("a soil table");
    let codes: BTreeSet<u8> = REGION.landcover.grid.as_slice().iter().copied().collect();
    assert!(codes.len() >= 5, "{codes:?}");
    for code in codes {
        let class = nlcd.class(i64::from(code)).expect("a class");
        covers.cover(class).expect("a cover");
    }
    let keys: BTreeSet<i32> = REGION.soils.grid.as_slice().iter().copied().collect();
    assert!(keys.len() >= 4, "{keys:?}");
    for key in keys {
        assert!(soils.soil(&key.to_string()).is_some(), "{key}");
    }
}

/// Fire is what the product is for: the map must be read by its colours and burn about half of the watersheds.
#[test]
fn the_fire_burns_some_watersheds_and_spares_others() {
    let file = headwaters_raster::encode_cog(&REGION.burn_severity, &Default::default()).expect("writable");
    let tiff = headwaters_raster::GeoTiff::from_bytes(file).expect("readable");
    let burn = tiff.read::<u8>().expect("readable");
    let palette = burn.colours.as_ref().map(|colours| colours.entries.as_slice());
    let description = RasterDescription { palette, nodata: &[255.0], ..RasterDescription::default() };
    let cells = burn.grid.as_slice().iter().map(|code| f64::from(*code));
    let read = Classification::of(cells, &description, &ColorTable::built_in().expect("built in"));
    let counts = read.expect("a severity map").counts();
    assert_eq!(counts.iter().sum::<u64>(), burn.grid.len() as u64);
    assert!(counts.iter().all(|&cells| cells > 20_000), "{counts:?}");
    let burned = |polygon: &Polygon<f64>| {
        let inside = headwaters_raster::rasterize(
            &MultiPolygon::from(polygon.clone()),
            &burn.transform,
            burn.grid.rows(),
            burn.grid.cols(),
        );
        let codes = inside.as_slice().iter().zip(burn.grid.as_slice()).filter(|(inside, _)| **inside);
        let (all, hit) = codes.fold((0, 0), |(all, hit), (_, code)| (all + 1, hit + u32::from(*code > 130)));
        f64::from(hit) / f64::from(all) > 0.3
    };
    let polygons = polygons();
    let hit = polygons.iter().filter(|(_, polygon)| burned(polygon)).count() as f64 / polygons.len() as f64;
    assert!((0.3..=0.75).contains(&hit), "{hit}");
}

/// Station choice needs something to choose from.
#[test]
fn stations_lie_at_different_heights() {
    let mut feet: Vec<f64> = REGION.stations.iter().map(|(_, station)| station.elevation_ft).collect();
    feet.sort_by(f64::total_cmp);
    assert!(feet.len() >= 3 && feet.windows(2).all(|pair| pair[1] - pair[0] > 150.0), "{feet:?}");
    for (id, station) in &REGION.stations {
        let text = station.to_text().expect("writable");
        StationParameters::parse(&text, &format!("{id}.par")).expect("readable");
    }
}
