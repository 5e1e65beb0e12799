//! A raster read here must hold what GDAL reads, or every result after it is wrong.

use crate::support::{gdal, gdal_cells, gdal_info, gdal_present, geotiffs, terrain_data, text};
use headwaters_raster::{
    AnyRaster, Cell, CogOptions, Crs, GeoTiff, GeoTransform, Grid, GridSpec, Raster, Sample, Window,
    encode_cog, with_any_raster,
};

fn bytes(raster: &AnyRaster) -> Vec<u8> {
    fn of<T: Sample, const N: usize>(raster: &Raster<T>, bytes: fn(T) -> [u8; N]) -> Vec<u8> {
        raster.grid.as_slice().iter().flat_map(|value| bytes(*value)).collect()
    }
    match raster {
        AnyRaster::U8(raster) => of(raster, u8::to_ne_bytes),
        AnyRaster::I8(raster) => of(raster, i8::to_ne_bytes),
        AnyRaster::U16(raster) => of(raster, u16::to_ne_bytes),
        AnyRaster::I16(raster) => of(raster, i16::to_ne_bytes),
        AnyRaster::U32(raster) => of(raster, u32::to_ne_bytes),
        AnyRaster::I32(raster) => of(raster, i32::to_ne_bytes),
        AnyRaster::U64(raster) => of(raster, u64::to_ne_bytes),
        AnyRaster::I64(raster) => of(raster, i64::to_ne_bytes),
        AnyRaster::F32(raster) => of(raster, f32::to_ne_bytes),
        AnyRaster::F64(raster) => of(raster, f64::to_ne_bytes),
    }
}

fn nodata(raster: &AnyRaster) -> Option<f64> {
    with_any_raster!(raster, raster => raster.nodata.map(Sample::to_real))
}

#[test]
fn every_shared_raster_reads_equal_to_gdal() {
    let Some(folder) = terrain_data().filter(|_| gdal_present()) else { return };
    let files = geotiffs(&folder);
    assert!(files.len() >= 40, "only {} rasters found", files.len());
    for path in files {
        let name = path.display();
        let file = std::fs::File::open(&path).expect("file opens");
        let opened = GeoTiff::from_reader(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let raster = opened.read_any().unwrap_or_else(|error| panic!("{name}: {error}"));
        let info = gdal_info(&path);
        let spec = raster.spec();
        assert_eq!(info["size"], serde_json::json!([spec.cols, spec.rows]), "{name}");
        let transform: Vec<f64> = serde_json::from_value(info["geoTransform"].clone()).expect("six numbers");
        let ours = [
            spec.transform.west,
            spec.transform.cell_width,
            spec.transform.north,
            -spec.transform.cell_height,
        ];
        for (ours, theirs) in ours.iter().zip([transform[0], transform[1], transform[3], transform[5]]) {
            assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3), "{name}: {ours} {theirs}");
        }
        let theirs = info["bands"][0]["noDataValue"].as_f64();
        if let (Some(ours), Some(theirs)) = (nodata(&raster), theirs) {
            assert!(ours == theirs || (ours - theirs).abs() < 1e-6 * theirs.abs(), "{name}: {ours} {theirs}");
        }
        assert!(bytes(&raster) == gdal_cells(&path), "{name}: cells differ from GDAL's");
        println!("{name}: {} {:?} nodata {:?} ({theirs:?})", spec.crs, raster.sample_type(), nodata(&raster));
    }
}

/// Users bring files from every program: each type, compression, predictor, layout, byte order and size of
/// file that GDAL writes reads back with the cells it was made of.
#[test]
fn every_encoding_reads_back() {
    if !gdal_present() {
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let transform = GeoTransform { west: 500_000.0, north: 4_400_000.0, cell_width: 10.0, cell_height: 12.5 };
    let spec = GridSpec { crs: Crs::from_epsg(32611).expect("known"), transform, rows: 61, cols: 83 };
    let grid = Grid::from_fn(61, 83, |cell| ((cell.row * 7 + cell.col * cell.col) % 120) as f32);
    let original = folder.path().join("original.tif");
    let cog =
        encode_cog(&Raster::new(grid.clone(), &spec, Some(7.0)).expect("shape"), &CogOptions::default());
    std::fs::write(&original, cog.expect("writable")).expect("saved");
    let layouts: [&[&str]; 6] = [
        &[],
        &["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"],
        &["BLOCKYSIZE=5"],
        &["BIGTIFF=YES"],
        &["ENDIANNESS=BIG", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"],
        &["ENDIANNESS=BIG", "BIGTIFF=YES"],
    ];
    let mut count = 0;
    for kind in ["Byte", "UInt16", "Int16", "UInt32", "Int32", "UInt64", "Int64", "Float32", "Float64"] {
        let predictors: &[&str] = if kind.starts_with("Float") { &["1", "2", "3"] } else { &["1", "2"] };
        for compression in ["NONE", "LZW", "DEFLATE"] {
            for predictor in if compression == "NONE" { &["1"] } else { predictors } {
                // Layouts take turns; half of the files are georeferenced by the centres of their cells.
                let layout = layouts[count % layouts.len()];
                let point = ["AREA_OR_POINT=Area", "AREA_OR_POINT=Point"][(count / layouts.len()) % 2];
                let path = folder.path().join("encoded.tif");
                let (compress, predict) =
                    (format!("COMPRESS={compression}"), format!("PREDICTOR={predictor}"));
                let mut arguments = vec!["-q", "-ot", kind, "-mo", point, "-co", &compress];
                if compression != "NONE" {
                    arguments.extend(["-co", &predict]);
                }
                layout.iter().for_each(|option| arguments.extend(["-co", option]));
                arguments.extend([text(&original), text(&path)]);
                gdal("gdal_translate", &arguments);
                let name = format!("{kind} {layout:?} {compression} {predictor} {point}");
                let tiff = GeoTiff::from_bytes(std::fs::read(&path).expect("readable"));
                let tiff = tiff.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(tiff.is_pixel_point(), point.ends_with("Point"), "{name}");
                assert_eq!(tiff.spec().expect("georeferenced"), spec, "{name}");
                let read = tiff.read::<f32>().unwrap_or_else(|error| panic!("{name}: {error}"));
                // GDAL 3.6 drops the tag on the way from floats to UInt64.
                assert_eq!(read.nodata, (kind != "UInt64").then_some(7.0), "{name}");
                if *predictor == "3" && layout.contains(&"ENDIANNESS=BIG") {
                    // GDAL 3.6 swaps the bytes when it writes these, and reads its own file as we do.
                    let raster = tiff.read_any().unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert!(bytes(&raster) == gdal_cells(&path), "{name}: cells differ from GDAL's");
                } else {
                    assert_eq!(read.grid, grid, "{name}");
                }
                count += 1;
            }
        }
    }
    println!("{count} encodings");
}

/// Elevations in decimetres, and elevations in the second band, are read as GDAL reads them.
#[test]
fn bands_scale_and_offset_are_gdals() {
    if !gdal_present() {
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    let transform = GeoTransform { west: 500_000.0, north: 4_400_000.0, cell_width: 10.0, cell_height: 10.0 };
    let spec = GridSpec { crs: Crs::from_epsg(32611).expect("known"), transform, rows: 40, cols: 70 };
    for (name, factor) in [("first.tif", 1), ("second.tif", 3)] {
        let grid = Grid::from_fn(40, 70, |cell| (factor * (cell.row * 70 + cell.col)) as i16);
        let raster = Raster::new(grid, &spec, Some(21)).expect("shape");
        std::fs::write(at(name), encode_cog(&raster, &CogOptions::default()).expect("writable"))
            .expect("saved");
    }
    let (both, scaled, metres) = (at("both.vrt"), at("scaled.tif"), at("metres.tif"));
    gdal("gdalbuildvrt", &["-q", "-separate", text(&both), text(&at("first.tif")), text(&at("second.tif"))]);
    for interleave in ["INTERLEAVE=BAND", "INTERLEAVE=PIXEL"] {
        let scaling =
            ["-q", "-a_scale", "0.1", "-a_offset", "-12.5", "-co", "BLOCKYSIZE=7", "-co", interleave];
        gdal("gdal_translate", &[&scaling[..], &[text(&both), text(&scaled)]].concat());
        for band in [1, 2] {
            let number = band.to_string();
            let unscale = ["-q", "-unscale", "-ot", "Float32", "-b", &number, text(&scaled), text(&metres)];
            gdal("gdal_translate", &unscale);
            let theirs = GeoTiff::from_bytes(std::fs::read(&metres).expect("there")).expect("readable");
            let theirs = theirs.read::<f32>().expect("readable");
            let tiff = GeoTiff::from_bytes(std::fs::read(&scaled).expect("there"));
            let tiff = tiff.and_then(|tiff| tiff.with_band(band)).expect("readable");
            let mut ours =
                tiff.read_window::<f32>(Window { row: 9, col: 3, rows: 20, cols: 60 }).expect("read");
            tiff.scaling().expect("declared").apply(&mut ours);
            for (i, value) in ours.grid.as_slice().iter().enumerate() {
                let cell = ours.grid.cell(i);
                let there = theirs.value(Cell { row: cell.row + 9, col: cell.col + 3 });
                let here = ours.value(cell);
                let same = match (here, there) {
                    (Some(here), Some(there)) => (here - there).abs() < 1e-3,
                    // GDAL scales the nodata cells too; we leave them without data.
                    (None, _) => *value == 21.0,
                    (Some(_), None) => false,
                };
                assert!(same, "{interleave} band {band} {cell:?}: {here:?}, GDAL {there:?}");
            }
        }
        let three =
            GeoTiff::from_bytes(std::fs::read(&scaled).expect("there")).expect("readable").with_band(3);
        assert_eq!(three.err().expect("two bands").to_string(), "the raster has 2 bands; there is no band 3");
    }
}

/// The library we read with agrees with the long-standing `tiff` crate on everything that one can read.
#[test]
fn the_tiff_crate_reads_the_same() {
    let Some(folder) = terrain_data() else { return };
    let mut compared = 0;
    for path in geotiffs(&folder) {
        use tiff::decoder::{Decoder, DecodingResult};
        let file = std::fs::File::open(&path).expect("file opens");
        let Ok(theirs) = Decoder::new(file).and_then(|mut decoder| decoder.read_image()) else {
            println!("{}: not readable by the tiff crate", path.display());
            continue;
        };
        let ours = GeoTiff::from_reader(std::fs::File::open(&path).expect("file opens"));
        let ours = ours.and_then(|tiff| tiff.read_any()).expect("readable");
        let equal = match (&ours, &theirs) {
            (AnyRaster::U8(ours), DecodingResult::U8(theirs)) => ours.grid.as_slice() == theirs,
            (AnyRaster::I16(ours), DecodingResult::I16(theirs)) => ours.grid.as_slice() == theirs,
            (AnyRaster::I32(ours), DecodingResult::I32(theirs)) => ours.grid.as_slice() == theirs,
            (AnyRaster::F32(ours), DecodingResult::F32(theirs)) => {
                ours.grid.as_slice().iter().zip(theirs).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            (AnyRaster::F64(ours), DecodingResult::F64(theirs)) => {
                ours.grid.as_slice().iter().zip(theirs).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            _ => continue,
        };
        assert!(equal, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 30, "only {compared} rasters were compared");
}
