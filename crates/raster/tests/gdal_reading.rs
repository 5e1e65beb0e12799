//! A raster read here must hold what GDAL reads, or every result after it is wrong.

mod support;

use headwaters_raster::{AnyRaster, GeoTiff, Raster, Sample, with_any_raster};
use support::{gdal_cells, gdal_info, gdal_present, geotiffs, terrain_data};

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
