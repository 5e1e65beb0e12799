//! Built managements and soils against the files of published Disturbed WEPP runs, when those are there.

use std::path::{Path, PathBuf};

use headwaters_landscape::{Cover, CoverTable, DisturbedTable, Replacement, SimpleTexture};
use headwaters_wepp_formats::management::ScenarioHeading;
use headwaters_wepp_formats::{Management, Soil};

fn cases() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wepp/matrix/cases");
    if !folder.is_dir() {
        println!("skipped: no reference runs in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

const TREATMENTS: [(&str, &str); 5] = [
    ("OldForest", "forest"),
    ("LowFire", "forest low sev fire"),
    ("HighFire", "forest high sev fire"),
    ("Skid", "skid"),
    ("Bunchgrass", "tall grass"),
];

/// The management an external WEPP gets must be the Disturbed WEPP one but for names and for the covers, heights, root
/// depth and leaf area, which are WEPPcloud's.
#[test]
fn managements_are_those_of_disturbed_wepp() {
    let Some(folder) = cases() else { return };
    let covers = CoverTable::built_in().unwrap();
    for (treatment, class) in TREATMENTS {
        let path = folder.join(format!("birmingham__loam__{treatment}__s40_150/case.man"));
        let mut published = Management::parse(&read(&path), "case.man").unwrap();
        let (plant, initial) = (&published.plants[0], &published.initial_conditions[0]);
        let cover = Cover {
            canopy_cover_fraction: initial.canopy_cover,
            interrill_cover_fraction: initial.interrill_cover,
            rill_cover_fraction: initial.rill_cover,
            max_canopy_height_m: plant.max_height_m,
            max_root_depth_m: plant.max_root_depth_m,
            max_leaf_area_index: plant.max_leaf_area_index,
            ..covers.cover(class).unwrap().clone()
        };
        let mut built = cover.management(published.simulation_years);
        for management in [&mut built, &mut published] {
            management.plants[0].heading = ScenarioHeading::default();
            management.operations[0].heading = ScenarioHeading::default();
            management.initial_conditions[0].heading = ScenarioHeading::default();
            management.surface_effects[0].heading = ScenarioHeading::default();
            management.yearly[0].heading = ScenarioHeading::default();
            management.comments.clear();
            management.name.clear();
            management.description = Default::default();
        }
        assert_eq!(built, published, "{treatment}");
    }
}

/// Erodibility, shear, conductivity, albedo and saturation of the table are those of the published soil files.
#[test]
fn disturbed_soils_are_those_of_disturbed_wepp() {
    let Some(folder) = cases() else { return };
    let table = DisturbedTable::built_in().unwrap();
    for (treatment, class) in TREATMENTS {
        for (file, texture) in [
            ("clayloam", SimpleTexture::ClayLoam),
            ("loam", SimpleTexture::Loam),
            ("sandyloam", SimpleTexture::SandLoam),
            ("siltloam", SimpleTexture::SiltLoam),
        ] {
            let path = folder.join(format!("birmingham__{file}__{treatment}__s40_150/case.sol"));
            let soil = Soil::parse(&read(&path), "case.sol").unwrap();
            let (element, row) = (&soil.elements[0], table.row(class, texture).unwrap());
            let set = |v: f64| Replacement::Set(v);
            let what = format!("{class} on {texture}");
            assert_eq!(row.interrill_erodibility, set(element.interrill_erodibility_kg_s_per_m4), "{what}");
            assert_eq!(row.rill_erodibility, set(element.rill_erodibility_s_per_m), "{what}");
            assert_eq!(row.critical_shear, set(element.critical_shear_pa), "{what}");
            let conductivity = element.effective_conductivity_mm_per_h.unwrap();
            assert_eq!(row.effective_conductivity, set(conductivity), "{what}");
            assert_eq!(
                (row.albedo, row.initial_saturation),
                (Some(element.albedo), Some(element.initial_saturation))
            );
        }
    }
}

/// WEPPcloud's own lookup file is accepted as it is, blank rows for crops included.
#[test]
fn the_published_lookup_file_is_read_as_a_users_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/wepp/fswepp_parameters/wepppy_disturbed_land_soil_lookup.csv");
    if !path.is_file() {
        println!("skipped: no lookup file at {}", path.display());
        return;
    }
    let theirs = DisturbedTable::parse(&read(&path), "lookup.csv").unwrap();
    let ours = DisturbedTable::built_in().unwrap();
    assert_eq!(theirs.classes().len(), 24);
    for class in theirs.classes().into_iter().filter(|c| *c != "agriculture crops") {
        for texture in SimpleTexture::ALL {
            let (a, b) = (theirs.row(class, texture).unwrap(), ours.row(class, texture).unwrap());
            assert_eq!(a.rill_erodibility, b.rill_erodibility, "{class} on {texture}");
            assert_eq!(a.effective_conductivity, b.effective_conductivity, "{class} on {texture}");
            assert_eq!((a.ksat_factor, a.max_root_depth_m), (b.ksat_factor, b.max_root_depth_m));
        }
    }
}
