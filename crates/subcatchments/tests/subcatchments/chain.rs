//! From a raw DEM through flow analysis to hillslopes and files, on real watersheds.

use std::collections::HashMap;

use crate::common::{data, tif};
use headwaters_raster::{Cell, GeoTransform, Grid};
use headwaters_subcatchments::{
    AbstractionInputs, AbstractionOptions, ProfileMode, Watershed, abstract_watershed, with_crs,
};
use headwaters_terrain::{CellSize, DelineateOptions, Flow};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

fn watershed(
    dem: &Grid<f32>,
    transform: GeoTransform,
    outlet: Cell,
    csa_ha: f64,
    options: &AbstractionOptions,
) -> Watershed {
    let delineate = DelineateOptions {
        critical_source_area_ha: csa_ha,
        min_channel_length_m: 60.0,
        ..DelineateOptions::default()
    };
    let flow = Flow::of_dem(dem, CellSize::of_projected(&transform), &delineate).unwrap();
    let inputs = AbstractionInputs {
        pointers: &flow.pointers,
        streams: &flow.streams,
        elevation: dem,
        transform,
        outlet,
    };
    abstract_watershed(&inputs, options).unwrap()
}

fn scarce_belch(options: &AbstractionOptions) -> Option<(Watershed, Grid<i32>)> {
    let data = data()?;
    let (dem, transform) = tif::<f32>(&data.join("bullrun/dem.tif"));
    let (subwta, _) = tif::<i32>(&data.join("bullrun/topaz/subwta.tif"));
    Some((watershed(&dem, transform, Cell { row: 122, col: 69 }, 5.0, options), subwta))
}

/// The chain finds the basin and the main parts that TOPAZ found on the same DEM.
#[test]
fn the_chain_agrees_with_topaz_on_bull_run() {
    let Some((ours, topaz)) = scarce_belch(&AbstractionOptions::default()) else { return };
    let pairs: Vec<_> =
        ours.subwta.as_slice().iter().zip(topaz.as_slice()).map(|(a, b)| (*a as i32, *b)).collect();
    let both = pairs.iter().filter(|(a, b)| *a != 0 && *b != 0).count() as f64;
    let either = pairs.iter().filter(|(a, b)| *a != 0 || *b != 0).count() as f64;
    assert!(both / either > 0.99, "basin IoU {}", both / either);
    let same = pairs.iter().filter(|(a, b)| *a != 0 && a == b).count() as f64;
    let channels = (ours.channels.len(), ours.hillslopes.len());
    println!(
        "{channels:?} channels and hillslopes, basin IoU {:.4}, same id {:.3}",
        both / either,
        same / both
    );
    let outlet = ours.channel(24).unwrap();
    assert!(
        (1.80..1.90).contains(&outlet.width_m),
        "true drainage area gives 1.85 m, not {}",
        outlet.width_m
    );
}

/// The published outline was made on another elevation model and network: only the area can be compared.
#[test]
fn camp_creek_has_the_area_weppcloud_published() {
    let Some(data) = data() else { return };
    let (dem, transform) = tif::<f32>(&data.join("bullrun/dem.tif"));
    let options = AbstractionOptions { clip_length_m: None, cap_side_length: false, ..Default::default() };
    let ours = watershed(&dem, transform, Cell { row: 97, col: 68 }, 5.0, &options);
    let published = published(&data.join("bullrun/weppcloud2020/campcreek_CurCond_subcatchments.geojson"));
    let published_ha: f64 = published.values().map(|row| row["area(ha)"]).sum();
    let ours_ha: f64 = ours.hillslopes.iter().map(|hillslope| hillslope.area_m2).sum::<f64>() / 1e4;
    assert!((ours_ha / published_ha - 1.0).abs() < 0.05, "{ours_ha} ha against {published_ha} ha");
}

fn published(path: &std::path::Path) -> HashMap<u32, HashMap<String, f64>> {
    let text = std::fs::read_to_string(path).unwrap();
    let collection: geojson::FeatureCollection = text.parse().unwrap();
    collection
        .features
        .into_iter()
        .map(|feature| {
            let properties = feature.properties.unwrap();
            let id = properties["TopazID"].as_u64().unwrap() as u32;
            (id, properties.iter().filter_map(|(k, v)| Some((k.clone(), v.as_f64()?))).collect())
        })
        .collect()
}

/// Tables come back with every row; a wrong schema would make them unreadable to pandas and DuckDB.
#[test]
fn parquet_tables_read_back() {
    let options = AbstractionOptions { flowpaths: true, ..Default::default() };
    let Some((ours, _)) = scarce_belch(&options) else { return };
    let lonlat = |x: f64, y: f64| (x / 1e6, y / 1e6);
    let mut hillslopes = Vec::new();
    ours.write_hillslopes_parquet(&mut hillslopes, lonlat).unwrap();
    let mut channels = Vec::new();
    ours.write_channels_parquet(&mut channels, lonlat).unwrap();
    let mut flowpaths = Vec::new();
    ours.write_flowpaths_parquet(&mut flowpaths, lonlat).unwrap();
    let rows = |bytes: Vec<u8>| -> Vec<HashMap<String, Field>> {
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let row =
            |row: Row| row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect();
        reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect()
    };
    let (hillslopes, channels, flowpaths) = (rows(hillslopes), rows(channels), rows(flowpaths));
    assert_eq!(hillslopes.len(), ours.hillslopes.len());
    assert_eq!(hillslopes[3]["topaz_id"], Field::Int(ours.hillslopes[3].topaz_id as i32));
    assert_eq!(hillslopes[3]["area_m2"], Field::Double(ours.hillslopes[3].area_m2));
    assert_eq!(channels.len(), ours.channels.len());
    assert_eq!(channels.last().unwrap()["outflow_topaz_id"], Field::Null);
    assert_eq!(flowpaths.len(), ours.flowpaths.len());
}

/// Slope files read back, and the representative flowpath gives another profile of the same hillslope.
#[test]
fn slope_files_and_geojson_are_well_formed() {
    let Some((ours, _)) = scarce_belch(&AbstractionOptions::default()) else { return };
    for hillslope in &ours.hillslopes {
        let text = hillslope.slope_file().to_text().unwrap();
        headwaters_wepp_formats::Slope::parse(&text, "hillslope.slp").unwrap();
    }
    let text = ours.channel_slope_file().to_text().unwrap();
    headwaters_wepp_formats::Slope::parse_channels(&text, "channels.slp").unwrap();
    let representative =
        AbstractionOptions { profile: ProfileMode::RepresentativeFlowpath, ..Default::default() };
    let Some((other, _)) = scarce_belch(&representative) else { return };
    assert!(ours.hillslopes.iter().zip(&other.hillslopes).all(|(a, b)| a.area_m2 == b.area_m2));
    let hillslopes = with_crs(ours.hillslopes_geojson(30.0, |x, y| (x, y)), 32610);
    assert_eq!(hillslopes.features.len(), ours.hillslopes.len());
    let channels = ours.channels_geojson(30.0, |x, y| (x, y));
    assert_eq!(channels.features.len(), ours.channels.len());
    if let Ok(folder) = std::env::var("HEADWATERS_KEEP") {
        std::fs::write(format!("{folder}/hillslopes.geojson"), hillslopes.to_string()).unwrap();
        std::fs::write(format!("{folder}/channels.geojson"), channels.to_string()).unwrap();
        std::fs::write(format!("{folder}/netw.tsv"), ours.network_tsv()).unwrap();
        std::fs::write(format!("{folder}/hill.slp"), ours.hillslopes[2].slope_file().to_text().unwrap())
            .unwrap();
        std::fs::write(format!("{folder}/chn.slp"), &text).unwrap();
    }
}
