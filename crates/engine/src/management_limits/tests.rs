//! A user who runs a rotation must be told that one of its years represents all.

use std::path::{Path, PathBuf};

use headwaters_wepp_formats::management::{AnnualCrop, Grazing, SurfaceEffect};

use super::*;
use crate::inputs::Treatment;

/// A management of one plant, one operation and three equal years.
fn simple() -> Management {
    let text = "98.4\n1\n3\n1\nplant\n\n\n\n1\nWeppWillSet\n14 3 0 2 5 5 0 .3 1 .005\n.5 1 .45 .99 17 0 .42 .2\n2\n\
        0 0 20 .1 .5 .3 .33 .2 90 40\n-40 2 0\n1\nop\n\n\n\n1\n0 0 0\n4\n0 0 0 0 .06 1 .001\n1\nini\n\n\n\n1\n\
        1.1 .45 330 1000 0 .45\n1\n2\n400 .06 .45 .06 0\n1\n0 0 0 0 0\n.2 .2\n1\nsurface\n\n\n\n1\n1\n2\n1\n.01\n2\n\
        0\n0\n1\nyear\n\n\n\n1\n1\n1\n0\n0\n2\n250\n0\n0\n0\n3\nMine\n\n\n\n1\n1\n1\n3\n1\n1\n1\n1\n1\n1\n";
    Management::parse(text, "simple.man").unwrap()
}

fn limits_after(change: impl FnOnce(&mut Management)) -> Vec<String> {
    let mut file = simple();
    change(&mut file);
    Treatment::from_management(&file).unwrap().not_represented
}

#[test]
fn a_static_cover_with_one_operation_leaves_nothing_out() {
    assert_eq!(limits_after(|_| ()), Vec::<String>::new());
    // Years by other names and numbers are the same years.
    let renamed = limits_after(|file| {
        let mut again = file.yearly[0].clone();
        again.heading.name = "another".to_owned();
        file.yearly.push(again);
        file.schedule[1] = vec![vec![2]];
    });
    assert_eq!(renamed, Vec::<String>::new());
}

#[test]
fn parts_that_are_not_followed_are_reported() {
    let other_plant = |file: &mut Management| {
        let mut plant = file.plants[0].clone();
        plant.flat_residue_cover_m2_per_kg = 7.0;
        file.plants.push(plant);
        let year = YearlyScenario { plant: 2, ..file.yearly[0].clone() };
        file.yearly.push(year);
    };
    let reported = limits_after(|file| {
        other_plant(file);
        file.schedule[2] = vec![vec![2]];
    });
    assert_eq!(
        reported,
        ["management Mine: of 3 years of management the first is repeated; 1 others differ from it"]
    );
    let reported = limits_after(|file| {
        other_plant(file);
        file.schedule = vec![vec![vec![1, 2]]; 3];
    });
    assert_eq!(reported, ["management Mine: of 2 plants in a year only the first stands, all year"]);
    let reported = limits_after(|file| {
        other_plant(file);
        file.initial_conditions[0].residue_plant = 2;
    });
    assert!(reported.len() == 1 && reported[0].contains("residue at the start"), "{reported:?}");

    type Change = fn(&mut Management);
    let changes: [(&str, Change); 6] = [
        ("of 2 operations", |file| {
            let SurfaceEffect { operations, .. } = &mut file.surface_effects[0];
            let later = SurfaceOperation { julian_day: 120, ..operations[0] };
            operations.push(later);
        }),
        ("bury, bring or take", |file| file.operations[0].rill_intensity_fragile = 0.3),
        ("bury, bring or take", |file| {
            file.operations[0].kind = OperationKind::ResidueRemoval { disturbs: false, fraction: 0.5 };
        }),
        ("cut, grazed", |file| {
            let CropSystem::Perennial(crop) = &mut file.yearly[0].system else { panic!("a perennial") };
            let grazing = Grazing {
                animals: 10.0,
                area_m2: 1e4,
                body_weight_kg: 400.0,
                digestibility: 0.5,
                first_day: 100,
                last_day: 200,
            };
            crop.use_ = PerennialUse::Grazing(vec![grazing]);
        }),
        ("cut, grazed", |file| {
            let burning = ResidueManagement::Burning { day: 200, standing_fraction: 1.0, flat_fraction: 1.0 };
            let crop = AnnualCrop { harvest_day: 0, planting_day: 0, row_width_m: 0.0, residue: burning };
            file.yearly[0].system = CropSystem::Annual(crop);
        }),
        ("drains", |file| file.yearly[0].drainage = Some(1)),
    ];
    for (said, change) in changes {
        let reported = limits_after(change);
        assert!(reported.len() == 1 && reported[0].contains(said), "{said}: {reported:?}");
    }
}

fn managements(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            managements(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "man") {
            found.push(path);
        }
    }
}

/// Disturbed WEPP's managements are what the engine is made for; a limit reported for them would be a false alarm.
#[test]
fn of_the_reference_managements_only_the_cropland_ones_leave_something_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wepp");
    if !root.is_dir() {
        println!("skipped: {} is absent", root.display());
        return;
    }
    let mut paths = Vec::new();
    managements(&root, &mut paths);
    assert!(paths.len() >= 124, "{}", paths.len());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.display().to_string();
        let file = Management::parse(&String::from_utf8_lossy(&bytes), &name).unwrap();
        if file.element_count > 1 {
            assert!(Treatment::from_management(&file).is_err(), "{name}");
            continue;
        }
        let reported = Treatment::from_management(&file).unwrap().not_represented;
        assert_eq!(reported.is_empty(), name.contains("matrix"), "{name}: {reported:?}");
    }
}
