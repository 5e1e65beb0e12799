//! Local files act as one raster.

mod support;

use std::fs;
use std::path::Path;

use headwaters_raster::{Cell, CogOptions, Grid, Raster, Resampling, Window, encode_cog, reproject};
use headwaters_raster_sources::{Environment, HttpOptions, Source, SourceConfig, SourceError, from_config};
use support::{cog, spec, terrain};

fn source(toml: &str) -> Source {
    let config: SourceConfig = toml::from_str(toml).expect("valid configuration");
    from_config(&config, &Environment::new(None, HttpOptions::default())).expect("usable configuration")
}

fn folder_source(folder: &Path) -> Source {
    source(&format!("kind = 'folder'\npath = '{}'", folder.display()))
}

#[test]
fn a_folder_of_tiles_is_one_dem() {
    let folder = tempfile::tempdir().expect("folder");
    let whole = terrain(&spec(32611, 500_000.0, 4_400_000.0, 10.0, 300, 400));
    for (name, row, col) in [("a", 0, 0), ("b", 0, 200), ("c", 150, 0), ("d", 150, 200)] {
        let tile = whole.window(Window { row, col, rows: 150, cols: 200 }).expect("inside");
        fs::write(folder.path().join(format!("{name}.tif")), cog(&tile)).expect("saved");
    }
    let dem = folder_source(folder.path());
    let same = dem.read(&whole.spec(), Resampling::Nearest).expect("read");
    assert_eq!(same.raster.grid, whole.grid);
    let moved = spec(26911, 500_503.0, 4_399_097.0, 7.0, 150, 250);
    let fetched = dem.read(&moved, Resampling::Bilinear).expect("read");
    assert_eq!(fetched.raster.grid, reproject(&whole, &moved, Resampling::Bilinear).expect("fits").grid);
    // A removed file is noticed although its place was remembered: of these 50 columns 14 lie on tile c.
    fs::remove_file(folder.path().join("d.tif")).expect("removed");
    let beyond = moved.window(Window { row: 100, col: 200, rows: 50, cols: 50 });
    let error = dem.read(&beyond, Resampling::Nearest).expect_err("its tile is gone");
    let SourceError::OutsideData { missing, .. } = &error else { panic!("{error}") };
    assert!((missing.share - 36.0 / 50.0).abs() < 1e-9, "{missing}");
    let partial = dem.read_partial(&beyond, Resampling::Nearest).expect("a part is there").raster;
    let corner = |col| partial.value(Cell { row: 0, col });
    assert_eq!((corner(13).is_some(), corner(14)), (true, None));
}

#[test]
fn holes_in_the_first_file_are_filled_by_the_next_in_any_system() {
    let folder = tempfile::tempdir().expect("folder");
    let mut first = terrain(&spec(32611, 500_000.0, 4_400_000.0, 10.0, 100, 100));
    first.grid[Cell { row: 50, col: 50 }] = -9999.0;
    let second_spec = spec(4326, -117.01, 39.76, 0.0001, 250, 250);
    let second = Raster::new(Grid::filled(250, 250, 7.0_f32), &second_spec, None).expect("shape");
    fs::write(folder.path().join("1.tif"), cog(&first)).expect("saved");
    fs::write(folder.path().join("2.tif"), cog(&second)).expect("saved");
    let mosaic = folder_source(folder.path());
    let target = first.window(Window { row: 45, col: 45, rows: 10, cols: 10 }).expect("inside").spec();
    let fetched = mosaic.read_partial(&target, Resampling::Nearest).expect("read");
    let hole = fetched.raster.grid[Cell { row: 5, col: 5 }];
    assert_eq!(hole, 7.0, "the second file has data there");
    assert_eq!(fetched.raster.grid[Cell { row: 4, col: 5 }], first.grid[Cell { row: 49, col: 50 }]);
    assert_eq!(fetched.missing, None, "a hole in the data is no missing file");
}

#[test]
fn classes_keep_their_numbers_and_fractional_values_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let place = spec(32611, 500_000.0, 4_400_000.0, 30.0, 40, 40);
    let severity =
        Raster::new(Grid::from_fn(40, 40, |cell| (1 + cell.row % 3) as f32), &place, Some(-3.4e38))
            .expect("shape");
    let path = folder.path().join("sbs.tif");
    fs::write(&path, encode_cog(&severity, &CogOptions::default()).expect("writable")).expect("saved");
    let classes = source(&format!("kind = 'files'\npaths = ['{}']", path.display()));
    let fetched = classes.read_classes(&place).expect("float classes are whole numbers");
    assert_eq!(fetched.raster.grid, Grid::from_fn(40, 40, |cell| (1 + cell.row % 3) as i32));
    fs::write(&path, cog(&terrain(&place))).expect("saved");
    assert!(
        classes.read_classes(&place).expect_err("elevations").to_string().contains("cannot be represented")
    );
}

#[test]
fn errors_name_broken_and_missing_files() {
    let folder = tempfile::tempdir().expect("folder");
    let target = spec(32611, 500_000.0, 4_400_000.0, 30.0, 4, 4);
    let empty = folder_source(folder.path()).read(&target, Resampling::Nearest).expect_err("empty");
    assert!(empty.to_string().contains("holds no .tif"), "{empty}");
    fs::write(folder.path().join("broken.tif"), b"not a tiff").expect("saved");
    let broken = folder_source(folder.path()).read(&target, Resampling::Nearest).expect_err("broken");
    assert!(broken.to_string().contains("broken.tif"), "{broken}");
    let gone = source("kind = 'files'\npaths = ['no/such.tif']")
        .read(&target, Resampling::Nearest)
        .expect_err("gone");
    assert!(gone.to_string().contains("no/such.tif"), "{gone}");
    let path = folder.path().join("broken.tif");
    fs::write(&path, cog(&terrain(&target))).expect("saved");
    let second = source(&format!("kind = 'files'\npaths = ['{}']\nband = 2", path.display()));
    let error = second.read(&target, Resampling::Nearest).expect_err("one band");
    assert!(error.to_string().contains("there is no band 2"), "{error}");
}

#[test]
fn configurations_that_cannot_work_are_refused_at_once() {
    for toml in [
        "kind = 'cog'\nurl = 'ftp://example.org/a.tif'",
        "kind = 'tiles'\nurl = 'https://example.org/a.tif'",
        "kind = 'cog'\nurl = 'https://example.org/{nw}.tif'",
        "kind = 'folder'\npath = 'dem'\ncrs = 'EPSG:26711'",
        "kind = 'api'\nurl = 'https://example.org'\ndataset_parameter = 'd'\ndataset = 'x'\napi_key_env = 'HEADWATERS_NO_SUCH_VARIABLE'",
    ] {
        let config: SourceConfig = toml::from_str(toml).expect("well-formed");
        assert!(from_config(&config, &Environment::new(None, HttpOptions::default())).is_err(), "{toml}");
    }
}

/// The four Logan tiles, which carry no nodata tag, are one DEM.
#[test]
fn the_logan_tiles_are_one_dem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/terrain/logan_tiles");
    if !folder.is_dir() {
        println!("skipped: the shared terrain data are not beside the workspace");
        return;
    }
    let place = |name: &str| {
        let file = fs::File::open(folder.join(name)).expect("opens");
        headwaters_raster::GeoTiff::from_reader(file).expect("readable")
    };
    let tiles: Vec<_> = (0..4).map(|tile| place(&format!("tile{tile}.tif"))).collect();
    let rows: usize = tiles.iter().map(|tile| tile.rows()).sum();
    let north =
        tiles.iter().map(|tile| tile.transform()).max_by(|a, b| a.north.total_cmp(&b.north)).expect("four");
    let target =
        headwaters_raster::GridSpec { rows, transform: north, ..tiles[0].spec().expect("georeferenced") };
    let fetched = folder_source(&folder).read(&target, Resampling::Nearest).expect("read");
    for tile in &tiles {
        let values = tile.read::<f32>().expect("readable");
        let (row, _) = target.transform.fractional(values.transform.west, values.transform.north);
        let window = Window { row: row.round() as usize, col: 0, rows: tile.rows(), cols: tile.cols() };
        assert_eq!(fetched.raster.window(window).expect("inside").grid, values.grid);
    }
}
