use super::*;

const NAD27_WKT: &str = r#"GEOGCS["NAD27",DATUM["North_American_Datum_1927",SPHEROID["Clarke 1866",6378206.4,294.9786982138982]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]"#;
const ESRI_UTM: &str = r#"PROJCS["NAD_1983_UTM_Zone_11N",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-117.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
const ALBERS: &str = r#"PROJCS["NAD83 / Conus Albers",GEOGCS["NAD83",DATUM["North_American_Datum_1983",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Albers_Conic_Equal_Area"],PARAMETER["latitude_of_center",23],PARAMETER["longitude_of_center",-96],PARAMETER["standard_parallel_1",29.5],PARAMETER["standard_parallel_2",45.5],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]"#;

fn epsg(code: u32) -> Crs {
    Crs::from_epsg(code).expect("supported")
}

#[test]
fn positions_agree_with_proj() {
    // Expected values from PROJ 9.1.1 through GDAL 3.6.2 (osr.CoordinateTransformation, traditional axis order).
    let cases = [
        (32611, (-117.5, 39.25), (456_856.785_412, 4_344_639.055_435)),
        (5070, (-120.24, 39.43), (-2_045_198.599_049, 2_085_359.932_413)),
        (3857, (-120.24, 39.43), (-13_385_055.572_983, 4_783_453.891_350)),
    ];
    for (code, lon_lat, expected) in cases {
        let there = Transformer::new(&epsg(4326), &epsg(code));
        let (x, y) = there.point(lon_lat.0, lon_lat.1).expect("inside");
        assert!((x - expected.0).abs() < 1e-5 && (y - expected.1).abs() < 1e-5, "EPSG:{code}: {x} {y}");
        let (lon, lat) = there.inverse().point(x, y).expect("inside");
        assert!((lon - lon_lat.0).abs() < 1e-10 && (lat - lon_lat.1).abs() < 1e-10, "EPSG:{code}");
    }
}

#[test]
fn nad27_is_refused_with_the_way_out_however_it_is_written() {
    for text in ["EPSG:4267", "EPSG:26711", "+proj=utm +zone=11 +datum=NAD27", NAD27_WKT] {
        let error = text.parse::<Crs>().expect_err(text);
        assert!(matches!(error, CrsError::UnsupportedDatum { .. }), "{text}: {error}");
        assert!(error.to_string().contains("gdalwarp"), "{error}");
    }
}

#[test]
fn systems_are_equal_by_meaning() {
    assert_eq!(epsg(32611), "+proj=utm +zone=11 +datum=WGS84 +units=m +no_defs".parse().expect("valid"));
    assert_eq!(epsg(5070), ALBERS.parse().expect("valid"));
    assert_eq!(ALBERS.parse::<Crs>().expect("valid").epsg(), Some(5070));
    assert_ne!(epsg(32611), epsg(32610));
    assert_ne!(epsg(32611), epsg(26911));
    assert_ne!(epsg(4326), epsg(4269));
}

#[test]
fn esri_prj_files_without_codes_are_understood() {
    let crs: Crs = ESRI_UTM.parse().expect("valid");
    let (x, y) = Transformer::new(&epsg(4269), &crs).point(-117.5, 39.25).expect("inside");
    let (u, v) = Transformer::new(&epsg(4269), &epsg(26911)).point(-117.5, 39.25).expect("inside");
    assert!((x - u).abs() < 1e-6 && (y - v).abs() < 1e-6, "{crs}");
}

#[test]
fn nonsense_is_refused_without_panic() {
    let deep = format!("GEOGCS[{}", "A[".repeat(5000));
    for text in ["", "EPSG:", "EPSG:x", "EPSG:1", "+proj=nope", "+", "hello", "PROJCS[", "]]]", deep.as_str()]
    {
        assert!(text.parse::<Crs>().is_err(), "{text:.40}");
    }
}

#[test]
fn positions_off_the_globe_are_refused() {
    let utm = Transformer::new(&epsg(4326), &epsg(32611));
    assert!(utm.point(-117.0, 91.0).is_err());
    assert!(utm.point(f64::NAN, 0.0).is_err());
    assert!(Transformer::new(&epsg(4326), &epsg(4326)).point(f64::INFINITY, 0.0).is_err());
}

#[test]
fn utm_zones_follow_longitude_hemisphere_and_the_norwegian_exceptions() {
    let code = |lon, lat, datum| utm_zone_for(lon, lat, datum).ok().and_then(|crs| crs.epsg());
    assert_eq!(code(-117.0, 39.0, UtmDatum::Wgs84), Some(32611));
    assert_eq!(code(-117.0, 39.0, UtmDatum::Nad83), Some(26911));
    assert_eq!(code(147.0, -42.0, UtmDatum::Wgs84), Some(32755));
    assert_eq!(code(5.0, 60.0, UtmDatum::Wgs84), Some(32632));
    assert_eq!(code(20.0, 78.0, UtmDatum::Wgs84), Some(32633));
    assert_eq!(code(180.0, 10.0, UtmDatum::Wgs84), Some(32660));
    assert_eq!(code(10.0, -40.0, UtmDatum::Nad83), None);
    assert_eq!(code(10.0, 89.0, UtmDatum::Wgs84), None);
}
