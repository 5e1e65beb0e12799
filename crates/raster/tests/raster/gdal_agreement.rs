//! Agreement with GDAL of rasters written, cut out and warped.

use std::fs;
use std::path::Path;

use crate::support::{gdal, gdal_cells, gdal_info, gdal_present, terrain_data, text};
use geo_types::MultiPolygon;
use headwaters_raster::{
    CogOptions, ColourTable, Crs, GeoTiff, Grid, GridSpec, OverviewResampling, Raster, Resampling, Sample,
    Transformer, UtmDatum, Window, burn, encode_cog, reproject,
};

fn open(path: &Path) -> GeoTiff {
    GeoTiff::from_reader(fs::File::open(path).expect("file opens")).expect("readable")
}

fn save<T: Sample>(raster: &Raster<T>, path: &Path) {
    fs::write(path, encode_cog(raster, &CogOptions::default()).expect("writable")).expect("saved");
}

/// The parts of every feature of a GeoJSON file, in the target system.
fn polygons(path: &Path, crs: &Crs) -> Vec<MultiPolygon<f64>> {
    let text = fs::read_to_string(path).expect("readable");
    let collection: geojson::FeatureCollection = text.parse().expect("GeoJSON");
    let to_map = Transformer::new(&Crs::wgs84(), crs);
    let geometries = collection.features.into_iter().filter_map(|feature| feature.geometry);
    geometries
        .map(|geometry| match geo_types::Geometry::<f64>::try_from(geometry).expect("geometry") {
            geo_types::Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
            geo_types::Geometry::MultiPolygon(polygons) => polygons,
            other => panic!("{other:?} is no polygon"),
        })
        .map(|polygons| to_map.multi_polygon(&polygons).expect("in the projection"))
        .collect()
}

/// Every cell type, nodata and a colour table come back from GDAL as they went in, in a valid COG.
#[test]
fn gdal_reads_what_is_written() {
    if !gdal_present() {
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    fn check<T: Sample, const N: usize>(
        folder: &Path,
        nodata: T,
        value: fn(usize) -> T,
        bytes: fn(T) -> [u8; N],
    ) {
        let spec = GridSpec::utm_covering(
            headwaters_raster::Bounds { west: -120.1, south: 39.4, east: -120.0, north: 39.45 },
            15.0,
            UtmDatum::Nad83,
        )
        .expect("in UTM");
        let cols = spec.cols;
        let grid = Grid::from_fn(spec.rows, cols, |cell| value(cell.row * cols + cell.col));
        let raster = Raster::new(grid, &spec, Some(nodata)).expect("same shape");
        let path = folder.join(format!("{:?}.tif", T::TYPE));
        save(&raster, &path);
        let expected: Vec<u8> = raster.grid.as_slice().iter().flat_map(|value| bytes(*value)).collect();
        assert!(gdal_cells(&path) == expected, "{:?}", T::TYPE);
        let info = gdal_info(&path);
        let band = &info["bands"][0];
        assert_eq!(band["noDataValue"].as_f64(), Some(nodata.to_real()), "{:?}", T::TYPE);
        assert!(info["coordinateSystem"]["wkt"].to_string().contains("26910"), "{:?}", T::TYPE);
        assert_eq!(info["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"], "COG", "{:?}", T::TYPE);
        assert_eq!(band["overviews"].as_array().map(Vec::len), Some(2), "{:?}", T::TYPE);
        assert_eq!(open(&path).read::<T>().expect("readable"), raster, "{:?}", T::TYPE);
    }
    let folder = folder.path();
    check::<u8, 1>(folder, 255, |index| (index % 251) as u8, u8::to_ne_bytes);
    check::<u16, 2>(folder, 9, |index| index as u16, u16::to_ne_bytes);
    check::<i16, 2>(folder, -1, |index| index as i16, i16::to_ne_bytes);
    check::<u32, 4>(folder, 7, |index| (index as u32).wrapping_mul(70_001), u32::to_ne_bytes);
    check::<i32, 4>(folder, -9999, |index| (index as i32).wrapping_mul(-70_001), i32::to_ne_bytes);
    check::<f32, 4>(folder, -9999.0, |index| (index as f32).sqrt(), f32::to_ne_bytes);
    check::<f64, 8>(folder, -1e300, |index| (index as f64).sqrt(), f64::to_ne_bytes);
}

/// Burn severity keeps its colours, and the file passes GDAL's own COG validator when that is installed.
#[test]
fn classes_keep_their_colours() {
    if !gdal_present() {
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let crs = Crs::from_proj_string("+proj=aea +lat_1=29 +lat_2=45 +lat_0=23 +lon_0=-96 +datum=NAD83")
        .expect("valid");
    let bounds = headwaters_raster::Bounds { west: -2e6, south: 2e6, east: -1.98e6, north: 2.01e6 };
    let spec = GridSpec::covering(&crs, bounds, 30.0).expect("fits");
    let mut raster =
        Raster::new(Grid::from_fn(spec.rows, spec.cols, |cell| (cell.col / 50 % 5) as u8), &spec, Some(0))
            .expect("shape");
    let entries = vec![[0, 0, 0], [0, 100, 0], [127, 255, 212], [255, 255, 0], [255, 0, 0]];
    raster.colours = Some(ColourTable { entries: entries.clone() });
    let path = folder.path().join("classes.tif");
    save(&raster, &path);
    let info = gdal_info(&path);
    let table = &info["bands"][0]["colorTable"]["entries"];
    for (class, [red, green, blue]) in entries.into_iter().enumerate() {
        let theirs: Vec<u8> = serde_json::from_value(table[class].clone()).expect("four channels");
        assert_eq!(theirs[..3], [red, green, blue], "class {class}");
    }
    assert!(info["coordinateSystem"]["wkt"].to_string().contains("Albers"), "{info}");
    let again = open(&path).read::<u8>().expect("readable");
    assert_eq!((again.grid, again.crs), (raster.grid, raster.crs));
    let validator = ["-m", "osgeo_utils.samples.validate_cloud_optimized_geotiff", text(&path)];
    match std::process::Command::new("/usr/bin/python3").args(validator).output() {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("No module named") => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        }
        _ => println!("skipped: GDAL's COG validator is not installed"),
    }
}

/// A watershed mask has the same cells as gdal_rasterize makes, for every shared polygon, invalid rings
/// included.
#[test]
fn watershed_masks_equal_gdal_rasterize() {
    let Some(data) = terrain_data().filter(|_| gdal_present()) else { return };
    let folder = tempfile::tempdir().expect("temporary folder");
    for (dem, shapes) in [
        ("bullrun/dem.tif", "bullrun/watersheds.geojson"),
        ("bullrun/dem.tif", "bullrun/watersheds_outside_dem.geojson"),
        ("sagehen/dem_utm10m_cog.tif", "sagehen/huc12_beyond_dem.geojson"),
        ("taylorcreek/dem.tif", "taylorcreek/watersheds.geojson"),
        ("whiteadder_5m/dem.tif", "whiteadder_5m/watersheds.geojson"),
    ] {
        let spec = open(&data.join(dem)).spec().expect("georeferenced");
        let mut ours = Grid::filled(spec.rows, spec.cols, 0_i32);
        for (index, polygons) in polygons(&data.join(shapes), &spec.crs).iter().enumerate() {
            burn(polygons, &spec.transform, index as i32 + 1, &mut ours);
        }
        let (vector, burned) = (folder.path().join("shapes.gpkg"), folder.path().join("burned.tif"));
        let source = data.join(shapes);
        let system = spec.crs.to_string();
        let sql = "SELECT *, rowid + 1 AS burn FROM shapes";
        gdal("ogr2ogr", &["-t_srs", &system, "-nln", "shapes", "-overwrite", text(&vector), text(&source)]);
        let blank = Raster::new(ours.map(|_| 0_i32), &spec, None).expect("same shape");
        save(&blank, &burned);
        let first = gdal("ogrinfo", &["-q", "-sql", "SELECT min(fid) AS first FROM shapes", text(&vector)]);
        let sql = if first.contains("= 0") { sql } else { "SELECT *, fid AS burn FROM shapes" };
        gdal("gdal_rasterize", &["-q", "-sql", sql, "-a", "burn", text(&vector), text(&burned)]);
        let theirs = gdal_cells(&burned);
        let ours: Vec<u8> = ours.as_slice().iter().flat_map(|value| value.to_ne_bytes()).collect();
        let different = ours.chunks(4).zip(theirs.chunks(4)).filter(|(ours, theirs)| ours != theirs).count();
        let marked = ours.chunks(4).filter(|cell| cell != &[0; 4]).count();
        println!("{shapes}: {marked} cells marked, {different} differ");
        assert_eq!(different, 0, "{shapes}");
    }
}

/// A DEM moved to UTM is the DEM gdalwarp makes, to a centimetre for every kernel, to a metre when coarsened.
#[test]
fn warped_elevations_equal_gdalwarp() {
    let Some(data) = terrain_data().filter(|_| gdal_present()) else { return };
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = data.join("sagehen/dem_nad83_geographic.tif");
    let source = open(&path).read::<f32>().expect("readable");
    let box_ = headwaters_raster::Bounds { west: -120.33, south: 39.40, east: -120.24, north: 39.46 };
    for (kernel, how, cell, allowed, share) in [
        ("near", Resampling::Nearest, 10.0, 0.0, 1e-4),
        ("bilinear", Resampling::Bilinear, 7.5, 0.01, 0.0),
        ("cubic", Resampling::Cubic, 7.5, 0.01, 0.0),
        // GDAL widens its kernels by the ratio of the two windows' sizes, we by that of the cells, so
        // that steep places differ a little.
        ("bilinear", Resampling::Bilinear, 30.0, 0.5, 0.0),
        ("cubic", Resampling::Cubic, 30.0, 1.0, 2e-3),
    ] {
        let target = GridSpec::utm_covering(box_, cell, UtmDatum::Nad83).expect("in UTM");
        let ours = reproject(&source, &target, how).expect("fits");
        let bounds = target.bounds();
        let warped = folder.path().join(format!("{kernel}{cell}.tif"));
        let numbers =
            [bounds.west, bounds.south, bounds.east, bounds.north, cell, cell].map(|n| n.to_string());
        let [west, south, east, north, width, height] = numbers.each_ref().map(String::as_str);
        let system = target.crs.to_string();
        let mut arguments =
            vec!["-q", "-et", "0", "-r", kernel, "-t_srs", &system, "-te", west, south, east, north];
        arguments.extend(["-tr", width, height, text(&path), text(&warped)]);
        gdal("gdalwarp", &arguments);
        let theirs = open(&warped).read::<f32>().expect("readable");
        assert_eq!(theirs.spec(), ours.spec());
        let pairs = ours.grid.as_slice().iter().zip(theirs.grid.as_slice());
        let off: Vec<f32> = pairs.map(|(ours, theirs)| (ours - theirs).abs()).collect();
        let worst = off.iter().copied().fold(0.0, f32::max);
        let beyond = off.iter().filter(|off| **off > allowed).count();
        println!(
            "{kernel} {cell} m: largest difference {worst} m, {beyond} of {} cells beyond {allowed} m",
            off.len()
        );
        // A position within a hair of a cell edge may fall to either side with the nearest cell.
        assert!(
            beyond as f64 <= share * off.len() as f64,
            "{kernel} at {cell} m: {beyond} cells, worst {worst} m"
        );
    }
}

/// A crop decodes to the same cells as the whole, from strips, tiles and overviews.
#[test]
fn windows_hold_the_same_cells_as_the_whole() {
    let Some(data) = terrain_data() else { return };
    for name in
        ["taylorcreek/dem.tif", "sagehen/dem_utm10m_cog.tif", "bigtujunga/dem.tif", "sbs/dnbr_sangabriel.tif"]
    {
        let tiff = open(&data.join(name));
        let whole = tiff.read::<f32>().expect("readable");
        for window in [
            Window { row: 0, col: 0, rows: 1, cols: 1 },
            Window { row: 127, col: 255, rows: 130, cols: 3 },
            Window { row: 301, col: 17, rows: 200, cols: 412 },
        ] {
            assert_eq!(
                Some(tiff.read_window::<f32>(window).expect("readable")),
                whole.window(window),
                "{name}"
            );
        }
        assert!(
            tiff.read_window::<f32>(Window { row: 0, col: 0, rows: whole.grid.rows() + 1, cols: 1 }).is_err()
        );
    }
    let cog = open(&data.join("sagehen/dem_utm10m_cog.tif"));
    let coarse = cog.overviews()[0];
    let window = Window { row: 0, col: 0, rows: coarse.rows, cols: coarse.cols };
    let overview = cog.read_overview::<f32>(0, window).expect("readable");
    let fine = cog.read::<f32>().expect("readable");
    let (centre_row, centre_col) = (coarse.rows / 2, coarse.cols / 2);
    let at = headwaters_raster::Cell { row: centre_row, col: centre_col };
    let (x, y) = overview.transform.centre(at);
    let here = fine.value_at(x, y).expect("has data");
    assert!((overview.grid[at] - here).abs() < 30.0, "{} {here}", overview.grid[at]);
}

/// Averaged overviews do not mix nodata into elevations.
#[test]
fn overviews_leave_nodata_out() {
    let spec = GridSpec::covering(
        &Crs::from_epsg(32611).expect("known"),
        headwaters_raster::Bounds { west: 0.0, south: 0.0, east: 600.0, north: 600.0 },
        1.0,
    )
    .expect("fits");
    let grid = Grid::from_fn(600, 600, |cell| if cell.row % 3 == 0 { -9999.0_f32 } else { 100.0 });
    let raster = Raster::new(grid, &spec, Some(-9999.0)).expect("same shape");
    let options = CogOptions { overviews: Some(OverviewResampling::Average), ..CogOptions::default() };
    let cog = GeoTiff::from_bytes(encode_cog(&raster, &options).expect("writable")).expect("readable");
    for (index, size) in cog.overviews().into_iter().enumerate() {
        let window = Window { row: 0, col: 0, rows: size.rows, cols: size.cols };
        let overview = cog.read_overview::<f32>(index, window).expect("readable");
        assert!(overview.grid.as_slice().iter().all(|value| [100.0, -9999.0].contains(value)));
    }
}
