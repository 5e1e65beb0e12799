//! The engine accepts whatever the table readers accept: a fault of a table is reported at its upload, with line and
//! column, and not by a run that fails hours later.

use std::sync::Arc;

use headwaters_engine::{
    Climate, ClimateDay, EmbeddedEngine, HillslopeEngine, HillslopeInputs, HillslopeResult, MonthlyMeans,
    Precipitation, RunOptions, Soil, Treatment, burned_hillslope,
};
use headwaters_landscape::{Cover, CoverTable, DisturbedTable, SoilOptions, SoilTable};
use headwaters_wepp_formats as formats;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Values within ranges, at their ends and beyond them.
const VALUES: [&str; 27] = [
    "", "0", "1e-15", "1e-9", "1e-6", "0.001", "0.01", "0.05", "0.2", "0.29", "0.3", "0.5", "1", "2", "2.5",
    "2.55", "2.6", "10", "40", "60", "99", "100", "1000", "1e4", "1e5", "1e9", "1e12",
];
const FACTORS: [&str; 6] = ["*0", "*0.01", "*0.5", "*10", "*100", "*1000"];
/// Two layers that reach over the 200 mm that a disturbance changes, and one that does not.
const DEPTHS: [[&str; 2]; 5] =
    [["200", "900"], ["199.9999999", "900"], ["150", "200.0000001"], ["10", "20"], ["1", "50000"]];
const SOIL_COLUMNS: &str = "soil,bottom_depth_mm,sand_pct,clay_pct,organic_matter_pct,cec_meq_per_100g,rock_pct,\
    bulk_density_g_per_cm3,ksat_mm_per_h,anisotropy,field_capacity,wilting_point,restrictive_ksat_mm_per_h";
const DISTURBED_COLUMNS: &str = "class,texture,ki,kr,shcrit,avke,rdmax,xmxlai,albedo,initial_saturation";

/// A line of a table with some of its cells, from the one at `first` on, replaced.
fn line(cells: &[&str], first: usize, changes: &[(Index, &str)]) -> String {
    let mut cells = cells.to_vec();
    for (place, with) in changes {
        let at = first + place.index(cells.len() - first);
        cells[at] = with;
    }
    cells.join(",")
}

fn changes(values: Vec<&'static str>) -> impl Strategy<Value = Vec<(Index, &'static str)>> {
    prop::collection::vec((any::<Index>(), select(values)), 0..4)
}

/// Two months with rain and frost.
fn weather() -> Arc<Climate> {
    let day = |index: u16| ClimateDay {
        day: (index % 30 + 1) as u8,
        month: (index / 30 + 1) as u8,
        year: 2001,
        precipitation: if index.is_multiple_of(4) {
            Precipitation::Storm {
                depth_mm: 40.0,
                duration_h: 2.0,
                time_to_peak_fraction: 0.3,
                peak_intensity_ratio: 4.0,
            }
        } else {
            Precipitation::None
        },
        tmax_c: f64::from(index) / 2.0 - 8.0,
        tmin_c: f64::from(index) / 2.0 - 18.0,
        solar_radiation_ly_per_day: 250.0,
        wind_m_per_s: 3.0,
        wind_direction_deg: 0.0,
        dew_point_c: -5.0,
    };
    Arc::new(Climate::new(
        "test",
        40.0,
        500.0,
        MonthlyMeans::default(),
        (0..60).map(day).collect(),
        Vec::new(),
    ))
}

/// The hillslope that the program makes of its tables, and the answer of the engine.
fn run(soils: &SoilTable, disturbed: &DisturbedTable, cover: &Cover) -> Result<HillslopeResult, String> {
    let entry = soils.soils().next().ok_or("no soil")?;
    let row = disturbed.row("burned", entry.texture()).ok();
    let built = entry.build("burned", row, &SoilOptions::default());
    let text = built.soil.to_text().map_err(|error| error.to_string())?;
    let file = formats::Soil::parse(&text, "soil").map_err(|error| error.to_string())?;
    let cover = row.map_or_else(|| cover.clone(), |row| cover.clone().with_disturbed(row));
    let management = cover.with_bulk_density(built.surface_bulk_density_g_per_cm3).management(1);
    let inputs = HillslopeInputs {
        soil: Soil::from_soil(&file).map_err(|error| error.to_string())?,
        treatment: Treatment::from_management(&management).map_err(|error| error.to_string())?,
        ..burned_hillslope(weather())
    };
    EmbeddedEngine.run(&inputs, &RunOptions::default()).map_err(|error| error.to_string())
}

fn is_finite(result: &HillslopeResult) -> bool {
    let year = &result.years[0];
    [
        year.runoff_mm(),
        year.evapotranspiration_mm(),
        year.deep_percolation_mm,
        year.sediment_delivery_kg_per_m,
    ]
    .iter()
    .all(|value| value.is_finite() && *value >= 0.0)
        && year.balance_error_mm.abs() < 1e-6
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn whatever_soils_are_accepted_are_taken(
        depths in select(DEPTHS.to_vec()),
        upper in changes(VALUES.to_vec()),
        lower in changes(VALUES.to_vec()),
        replaced in changes([&VALUES[..], &FACTORS[..]].concat()),
        replaces in any::<bool>(),
    ) {
        let layer = |depth, changes: &[(Index, &str)]| {
            line(&["s", depth, "45", "20", "3", "", "20", "", "", "", "", "", ""], 2, changes)
        };
        let soils = format!("{SOIL_COLUMNS}\n{}\n{}\n", layer(depths[0], &upper), layer(depths[1], &lower));
        let textures = ["clay loam", "loam", "sand loam", "silt loam"].map(|texture| {
            line(&["burned", texture, "1e6", "1e-4", "1", "15", "", "", "", ""], 2, &replaced)
        });
        let rows = if replaces { textures.join("\n") } else { String::new() };
        let disturbed = format!("{DISTURBED_COLUMNS}\n{rows}\n");
        let read = (SoilTable::parse(&soils, "soils.csv"), DisturbedTable::parse(&disturbed, "disturbed.csv"));
        let (Ok(soils_read), Ok(disturbed_read)) = read else { return Ok(()) };
        let covers = CoverTable::built_in().unwrap();
        let result = run(&soils_read, &disturbed_read, covers.cover("forest high sev fire").unwrap());
        prop_assert!(result.as_ref().is_ok_and(is_finite), "{soils}\n{disturbed}\n{result:#?}");
    }

    #[test]
    fn accepted_covers_are_accepted_by_the_engine(changed in changes(VALUES.to_vec())) {
        let built_in = CoverTable::BUILT_IN.lines().filter(|line| !line.starts_with('#'));
        let mut lines = built_in.map(str::to_owned);
        let header = lines.next().unwrap();
        let row = lines.find(|line| line.starts_with("forest high sev fire")).unwrap();
        let cells: Vec<&str> = row.splitn(19, ',').collect();
        let row = line(&cells[..18], 1, &changed);
        let text = format!("{}\n{row}\n", header.trim_end_matches(",source"));
        let Ok(covers) = CoverTable::parse(&text, "covers.csv") else { return Ok(()) };
        let disturbed = DisturbedTable::parse(&format!("{DISTURBED_COLUMNS}\n"), "disturbed.csv").unwrap();
        let cover = covers.cover("forest high sev fire").unwrap();
        let result = run(&SoilTable::built_in().unwrap(), &disturbed, cover);
        prop_assert!(result.as_ref().is_ok_and(is_finite), "{text}\n{result:#?}");
    }
}

/// The most common faults of a user's table, reported with the cell at fault.
#[test]
fn a_value_no_engine_accepts_is_refused_with_its_line_and_column() {
    let soil = |cells: &str| {
        let text = format!("{SOIL_COLUMNS}\ns,300,45,20,3,,20,,,,,,\n{cells}\n");
        SoilTable::parse(&text, "soils.csv").unwrap_err()
    };
    for (cells, column) in [
        ("s,900,70,30.6,1,,,,,,,,", "clay_pct"),
        ("s,900,45,20,1,,,2.6,,,,,", "bulk_density_g_per_cm3"),
        ("s,900,45,20,1,,,,0,,,,", "ksat_mm_per_h"),
        ("s,900,45,20,1,,,,,,0.02,,", "field_capacity"),
        ("s,900,45,20,1,,,,,,,0.6,", "wilting_point"),
        ("s,300.5,45,20,1,,,,,,,,", "bottom_depth_mm"),
    ] {
        let error = soil(cells);
        assert_eq!((error.line, error.column.as_str()), (3, column), "{error}");
    }
    for (cells, column) in
        [("0,1e-4,1,15", "ki"), ("1e6,0,1,15", "kr"), ("1e6,1e-4,0,15", "shcrit"), ("1,1,1,*0", "avke")]
    {
        let text = format!("class,texture,ki,kr,shcrit,avke\nburned,loam,{cells}\n");
        let error = DisturbedTable::parse(&text, "disturbed.csv").unwrap_err();
        assert_eq!((error.line, error.column.as_str()), (2, column), "{error}");
    }
}
