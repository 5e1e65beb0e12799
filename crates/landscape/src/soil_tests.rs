use super::*;
use crate::{DisturbedTable, SoilTable};

fn disturbed(class: &str, texture: SimpleTexture) -> DisturbedRow {
    DisturbedTable::built_in().unwrap().row(class, texture).unwrap().clone()
}

fn conductivities(soil: &Soil) -> Vec<(f64, f64)> {
    let layers = soil.elements[0].layers.iter();
    layers.map(|l| (l.depth_mm, l.hydraulics.as_ref().unwrap().conductivity_mm_per_h)).collect()
}

const TWO_LAYERS: &str = "soil,name,bottom_depth_mm,sand_pct,clay_pct,organic_matter_pct,cec_meq_per_100g,rock_pct,\
bulk_density_g_per_cm3,ksat_mm_per_h,anisotropy,field_capacity,wilting_point,restrictive_ksat_mm_per_h,source\n\
tahoma,Tahoma gravelly loam,300,50,12,4,14,25,1.1,36,1,0.25,0.12,0.02,survey\n\
tahoma,,900,45,22,1,,35,,,,,,,survey\n";

#[test]
fn given_values_are_kept_and_missing_ones_estimated_on_record() {
    let table = SoilTable::parse(TWO_LAYERS, "mine.csv").unwrap();
    let built = table.soil("Tahoma").unwrap().build("forest", None, &SoilOptions::default());
    let element = &built.soil.elements[0];
    let top = element.layers[0].hydraulics.as_ref().unwrap();
    assert_eq!((top.bulk_density_g_per_cm3, top.conductivity_mm_per_h), (1.1, 36.0));
    assert_eq!((top.field_capacity, top.wilting_point), (0.25, 0.12));
    assert!(built.estimates.iter().all(|e| e.layer != 1), "{:?}", built.estimates);
    let of_second: Vec<_> = built.estimates.iter().filter(|e| e.layer == 2).map(|e| e.property).collect();
    assert_eq!(of_second.len(), 6, "{of_second:?}");
    assert!(built.estimates.iter().all(|e| !e.method.is_empty()));
    let restrictive = element.restrictive_layer.unwrap();
    assert!(restrictive.present);
    assert_eq!(restrictive.conductivity_mm_per_h, 0.02);
}

/// The published effect of a fire: erodibility, shear, conductivity of the top 200 mm; the subsoil stays.
#[test]
fn a_disturbed_class_replaces_the_surface_and_only_the_surface() {
    let table = SoilTable::parse(TWO_LAYERS, "mine.csv").unwrap();
    let entry = table.soil("tahoma").unwrap();
    assert_eq!(entry.texture(), SimpleTexture::Loam);
    let row = disturbed("forest high sev fire", SimpleTexture::Loam);
    let built = entry.build("forest high sev fire", Some(&row), &SoilOptions::default());
    let element = &built.soil.elements[0];
    assert_eq!(element.interrill_erodibility_kg_s_per_m4, 1e6);
    assert_eq!(element.rill_erodibility_s_per_m, 1e-4);
    assert_eq!(element.critical_shear_pa, 1.0);
    assert_eq!((element.albedo, element.initial_saturation), (0.10, 0.75));
    assert_eq!(built.effective_conductivity_mm_per_h, 15.0);
    let layers = conductivities(&built.soil);
    assert_eq!(layers[..2], [(200.0, 15.0), (300.0, 36.0)]);
    assert_eq!(layers[2].0, 900.0);
    assert_eq!(built.surface_bulk_density_g_per_cm3, 1.1);
}

#[test]
fn factors_multiply_the_soils_own_values() {
    let text = "class,texture,ki,kr,shcrit,avke\nburned,loam,*2,,3,*0.5\n";
    let table = DisturbedTable::parse(text, "mine.csv").unwrap();
    let row = table.row("burned", SimpleTexture::Loam).unwrap();
    let soils = SoilTable::parse(TWO_LAYERS, "mine.csv").unwrap();
    let entry = soils.soil("tahoma").unwrap();
    let (plain, burned) = (
        entry.build("plain", None, &SoilOptions::default()),
        entry.build("burned", Some(row), &SoilOptions::default()),
    );
    let (a, b) = (&plain.soil.elements[0], &burned.soil.elements[0]);
    assert_eq!(b.interrill_erodibility_kg_s_per_m4, 2.0 * a.interrill_erodibility_kg_s_per_m4);
    assert_eq!(b.rill_erodibility_s_per_m, a.rill_erodibility_s_per_m);
    assert_eq!(b.critical_shear_pa, 3.0);
    assert_eq!(burned.effective_conductivity_mm_per_h, 18.0);
}

#[test]
fn the_users_options_take_precedence_over_tables() {
    let soils = SoilTable::built_in().unwrap();
    let row = disturbed("forest", SimpleTexture::SandLoam);
    let options = SoilOptions {
        initial_saturation: Some(0.3),
        restrictive_ksat_mm_per_h: Some(0.5),
        clip_depth_mm: Some(450.0),
    };
    let built = soils.soil("sand loam").unwrap().build("forest", Some(&row), &options);
    let element = &built.soil.elements[0];
    assert_eq!(element.initial_saturation, 0.3);
    assert_eq!(element.restrictive_layer.unwrap().conductivity_mm_per_h, 0.5);
    assert_eq!(element.layers.iter().map(|l| l.depth_mm).collect::<Vec<_>>(), [200.0, 450.0]);
    let shallow = SoilOptions { clip_depth_mm: Some(120.0), ..SoilOptions::default() };
    let built = soils.soil("sand loam").unwrap().build("forest", Some(&row), &shallow);
    assert_eq!(conductivities(&built.soil), [(120.0, 60.0)]);
}

/// External WEPP reads the soil that was built, for every class on every default soil.
#[test]
fn soil_files_read_back_as_written() {
    let (soils, table) = (SoilTable::built_in().unwrap(), DisturbedTable::built_in().unwrap());
    for entry in soils.soils() {
        assert_eq!(entry.texture().name(), entry.key);
        assert!(!entry.source.is_empty());
        for class in table.classes() {
            let row = table.row(class, entry.texture()).unwrap();
            let soil = entry.build(class, Some(row), &SoilOptions::default()).soil;
            let text = soil.to_text().unwrap();
            assert_eq!(Soil::parse(&text, "p1.sol").unwrap(), soil, "{class} on {}", entry.key);
        }
    }
}

#[test]
fn faulty_tables_are_refused_where_they_are_faulty() {
    let head = "soil,bottom_depth_mm,sand_pct,clay_pct,organic_matter_pct,field_capacity,wilting_point\n";
    for (rows, line, column) in [
        ("a,300,50,60,1,,\n", 2, "clay_pct"),
        ("a,300,50,20,1,,\na,200,50,20,1,,\n", 3, "bottom_depth_mm"),
        ("a,300,50,20,1,,\nb,200,50,20,1,,\na,400,50,20,1,,\n", 4, "soil"),
        ("a,300,50,20,1,0.1,0.2\n", 2, "wilting_point"),
        ("a,deep,50,20,1,,\n", 2, "bottom_depth_mm"),
    ] {
        let error = SoilTable::parse(&format!("{head}{rows}"), "mine.csv").unwrap_err();
        assert_eq!((error.line, error.column.as_str()), (line, column), "{error}");
    }
}
