//! Whatever value a writer accepts, the reader gives back; whatever bytes a reader meets, it answers
//! with a value or an error. A user's malformed upload must never take a worker down.

use headwaters_wepp_formats::outputs::{
    EventRow, HillslopeLoss, HillslopePass, WaterBalanceRow, WatershedEvent, WatershedLoss,
};
use headwaters_wepp_formats::{
    Breakpoint, BreakpointDay, ChannelRouting, Climate, DailyWeather, Date, Days, Disturbance,
    DisturbanceParameters, Frost, HillslopeRun, LayerHydraulics, Management, PenmanMonteith,
    RestrictiveLayer, Retention, SimulationMode, Slope, SlopeElement, SlopePlane, SlopePoint, SlopeVersion,
    SnowOptions, Soil, SoilElement, SoilLayer, SoilVersion, StationParameters, StormDay, WatershedChannels,
    WatershedRun, WatershedStructure,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![1e-9..1e9_f64, (1..10_000_u32).prop_map(|n| f64::from(n) / 100.0)]
}

fn any_sign() -> impl Strategy<Value = f64> {
    (positive(), any::<bool>()).prop_map(|(value, negative)| if negative { -value } else { value })
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9#(),.-]([A-Za-z0-9 #(),.-]{0,18}[A-Za-z0-9#(),.-])?"
}

fn element() -> impl Strategy<Value = SlopeElement> {
    (vec((1_u32..1000, any_sign()), 1..30), any_sign(), positive()).prop_map(|(steps, first, length_m)| {
        let total: u32 = steps.iter().map(|(step, _)| step).sum();
        let mut reached = 0;
        let mut points = vec![SlopePoint { distance_fraction: 0.0, slope_m_per_m: first }];
        for (step, slope_m_per_m) in steps {
            reached += step;
            let distance_fraction = f64::from(reached) / f64::from(total);
            points.push(SlopePoint { distance_fraction, slope_m_per_m });
        }
        SlopeElement { length_m, points }
    })
}

fn slope() -> impl Strategy<Value = Slope> {
    let version =
        prop_oneof![Just(SlopeVersion::V97(97.5)), Just(SlopeVersion::V2023_1), Just(SlopeVersion::V2023_3)];
    (
        version,
        vec(name(), 0..3),
        vec(element(), 1..5),
        vec((any_sign(), positive(), any_sign()), 5),
        any::<bool>(),
    )
        .prop_map(|(version, comments, elements, planes, per_element)| {
            let count = if per_element { elements.len() } else { 1 };
            let planes = planes.into_iter().take(count).map(|(aspect_deg, width_m, elevation)| SlopePlane {
                aspect_deg,
                width_m,
                elevation_m: (version == SlopeVersion::V2023_3).then_some(elevation),
            });
            Slope { version, comments, planes: planes.collect(), elements }
        })
}

const SOIL_VERSIONS: [SoilVersion; 8] = [
    SoilVersion::V97(97.3),
    SoilVersion::V2006_2,
    SoilVersion::V7777,
    SoilVersion::V7778,
    SoilVersion::V9001,
    SoilVersion::V9002,
    SoilVersion::V9003,
    SoilVersion::V9005,
];

fn disturbance(version: SoilVersion, texts: &[String], a: f64, b: f64) -> Option<Disturbance> {
    let parameters = match version {
        SoilVersion::V9001 | SoilVersion::V9002 => {
            DisturbanceParameters::Factors { ksat_factor: a, ksat_recovery: b }
        }
        SoilVersion::V9003 => {
            DisturbanceParameters::BurnCode { burn_code: 303, lower_limit_conductivity_mm_per_h: a }
        }
        SoilVersion::V9005 => DisturbanceParameters::BurnAndTexture {
            burn_code: 303,
            texture_code: 2,
            unsaturated_conductivity_mm_per_h: a,
            lower_limit_conductivity_mm_per_h: b,
        },
        _ => return None,
    };
    Some(Disturbance { ksat_adjust: 1, land_use: texts[0].clone(), texture: texts[1].clone(), parameters })
}

fn layer(version: SoilVersion, depth_mm: f64, share: f64, value: f64) -> SoilLayer {
    let texture_only = matches!(version, SoilVersion::V97(_) | SoilVersion::V2006_2);
    let retention = matches!(version, SoilVersion::V9002 | SoilVersion::V9003 | SoilVersion::V9005);
    SoilLayer {
        depth_mm,
        sand_pct: share * 60.0,
        clay_pct: share * 40.0,
        organic_matter_pct: share,
        cec_meq_per_100g: value,
        rock_pct: share * 90.0,
        hydraulics: (!texture_only).then_some(LayerHydraulics {
            bulk_density_g_per_cm3: value,
            conductivity_mm_per_h: value,
            anisotropy: (version != SoilVersion::V7777).then_some(value),
            field_capacity: share,
            wilting_point: share / 2.0,
            retention: retention.then_some(Retention {
                theta_r: share,
                theta_s: value,
                alpha: value,
                n: value,
                conductivity: value,
                wilting_point: share,
                field_capacity: share,
            }),
        }),
    }
}

fn soil() -> impl Strategy<Value = Soil> {
    let numbers = (positive(), positive(), 0.0..1.0_f64);
    let layers = vec((1.0..500.0_f64, 0.0..1.0_f64, positive()), 1..10);
    (0..SOIL_VERSIONS.len(), vec(name(), 4), numbers, layers, any::<bool>(), 1_usize..4).prop_map(
        |(version, texts, (a, b, share), layers, flag, count)| {
            let version = SOIL_VERSIONS[version];
            let mut depth = 0.0;
            let layers: Vec<SoilLayer> = layers
                .into_iter()
                .map(|(thickness, share, value)| {
                    depth += thickness;
                    layer(version, depth, share, value)
                })
                .collect();
            let restrictive =
                RestrictiveLayer { present: flag, anisotropy_or_thickness_mm: a, conductivity_mm_per_h: b };
            let element = SoilElement {
                disturbance: disturbance(version, &texts, a, b),
                name: texts[0].clone(),
                texture: texts[1].clone(),
                albedo: share,
                initial_saturation: share,
                interrill_erodibility_kg_s_per_m4: a,
                rill_erodibility_s_per_m: b,
                critical_shear_pa: a,
                effective_conductivity_mm_per_h: matches!(
                    version,
                    SoilVersion::V97(_) | SoilVersion::V2006_2
                )
                .then_some(b),
                layers,
                restrictive_layer: (!matches!(version, SoilVersion::V97(_))).then_some(restrictive),
            };
            Soil {
                version,
                comments: vec![texts[2].replace('#', "x")],
                title: texts[3].replace('#', "x"),
                adjust_conductivity: flag,
                elements: vec![element; count],
            }
        },
    )
}

/// Two temperatures, two positive numbers and steps of a rain curve.
type GeneratedDay = (f64, f64, f64, f64, Vec<(f64, f64)>);

fn climate() -> impl Strategy<Value = Climate> {
    let day = (any_sign(), any_sign(), positive(), positive(), vec((0.0..2.0_f64, positive()), 0..6));
    (vec(day, 1..40), 1..3000_i32, any::<bool>(), name(), any_sign()).prop_map(
        |(days, year, breakpoints, station, value)| {
            let weather = |(index, (tmax_c, tmin_c, radiation, wind, _)): (usize, &GeneratedDay)| {
                let (month, day) = if index < 31 { (1, index + 1) } else { (2, index - 30) };
                DailyWeather {
                    date: Date { year, month, day: day as u8 },
                    tmax_c: *tmax_c,
                    tmin_c: *tmin_c,
                    radiation_ly_per_d: *radiation,
                    wind_m_per_s: *wind,
                    wind_direction_deg: *tmax_c,
                    dew_point_c: *tmin_c,
                }
            };
            let days = if breakpoints {
                let points = |steps: &[(f64, f64)]| {
                    let (mut hour, mut depth) = (0.0, 0.0);
                    let mut points = Vec::new();
                    for (hours, mm) in steps {
                        hour += hours;
                        depth += mm;
                        points.push(Breakpoint { hour, cumulative_mm: depth });
                    }
                    points
                };
                let day = |(index, day): (usize, &GeneratedDay)| BreakpointDay {
                    weather: weather((index, day)),
                    breakpoints: points(&day.4),
                };
                Days::Breakpoint(days.iter().enumerate().map(day).collect())
            } else {
                let day = |(index, day): (usize, &GeneratedDay)| StormDay {
                    weather: weather((index, day)),
                    precipitation_mm: day.2,
                    duration_h: day.2.min(24.0),
                    time_to_peak_fraction: day.3.min(1.0),
                    peak_intensity_ratio: day.3,
                };
                Days::Storm(days.iter().enumerate().map(day).collect())
            };
            Climate {
                cligen_version: 5.3,
                mode: SimulationMode::Continuous,
                no_wind: breakpoints,
                command_line: breakpoints.then(|| station.clone()),
                station,
                latitude_deg: value.clamp(-90.0, 90.0),
                longitude_deg: value.clamp(-180.0, 180.0),
                elevation_m: value,
                observed_years: 30,
                beginning_year: i64::from(year),
                years_simulated: 1,
                monthly_tmax_c: [value; 12],
                monthly_tmin_c: [value; 12],
                monthly_radiation_ly_per_d: [value; 12],
                monthly_precipitation_mm: [value; 12],
                days,
            }
        },
    )
}

proptest! {
    #[test]
    fn slopes_come_back(slope in slope()) {
        let text = slope.to_text().unwrap();
        let read = if slope.planes.len() > 1 {
            Slope::parse_channels(&text, "generated")
        } else {
            Slope::parse(&text, "generated")
        };
        prop_assert_eq!(read.unwrap(), slope);
    }

    #[test]
    fn soils_of_every_layout_come_back(soil in soil()) {
        let text = soil.to_text().unwrap();
        prop_assert_eq!(Soil::parse(&text, "generated").unwrap(), soil);
    }

    #[test]
    fn climates_of_both_forms_come_back(climate in climate()) {
        let text = climate.to_text().unwrap();
        prop_assert_eq!(Climate::parse(&text, "generated").unwrap(), climate);
    }
}

const SLOPE: &str = "97.5\n#\n1\n180 100.0\n3 150.0\n0, 0.05 0.25, 0.4 1.0, 0.1\n";
const SOIL: &str = "7778\n# c\ntitle\n1 0\n'a' 'loam' 1 0.1 0.75 1e6 6e-05 0.5\n\
                    400 1.5 14 10 0.2 0.1 25 30 5 25 20\n1 10000 0.001\n";
const MANAGEMENT: &str = "98.4\n1\n1\n1\nplant\n\n\n\n1\nWeppWillSet\n14 3 0 2 5 5 0 .3 1 .005\n\
    .5 1 .45 .99 17 0 .42 .2\n2\n0 0 20 .1 .5 .3 .33 .2 90 40\n-40 2 0\n1\nop\n\n\n\n1\n0 0 0\n4\n\
    0 0 0 0 .06 1 .001\n1\nini\n\n\n\n1\n1.1 .45 330 1000 0 .45\n1\n2\n400 .06 .45 .06 0\n1\n0 0 0 0 0\n\
    .2 .2\n1\nsurface\n\n\n\n1\n1\n2\n1\n.01\n2\n0\n0\n1\nyear\n\n\n\n1\n1\n1\n0\n0\n2\n250\n0\n0\n0\n3\n\
    name\n\n\n\n1\n1\n1\n1\n1\n1\n";
const CLIMATE: &str = "5.3\n1 0 0\nStation\nheadings\n33.57 -86.75 185 63 1 1 -b1\nt\n1 2 3 4 5 6 7 8 9 10 11 12\n\
    t\n1 2 3 4 5 6 7 8 9 10 11 12\nt\n1 2 3 4 5 6 7 8 9 10 11 12\nt\n1 2 3 4 5 6 7 8 9 10 11 12\nnames\nunits\n\
    1 1 1 0.0 0.0 0.0 0.0 4.7 -4.4 199 5.4 301 -5.8\n2 1 1 8.5 6.13 0.08 14.1 9.7 -2.4 260 2.7 84 -1.9\n";
const RUN: &str = "m\ny\n1\n1\ny\npass.txt\n1\nn\nloss.txt\ny\nwat.txt\nn\nn\nn\nn\ny\nebe.txt\nn\nn\nn\nn\n\
    a.man\na.slp\na.cli\na.sol\n0\n30\n0\n";
const PASS: &str = "case.cli\n    1         1\n.15000E+05\n  5    0.2E-05 0.1E-04 0.4E-04 0.6E-03 0.2E-03\n\
    NO EVENT      1     1\nSUBEVENT      1     2      0.3E-04 0.5E+00 0.0E+00 0.0E+00\n\
    EVENT         1     3      1 2 3 4 5 6 7 8 9 10 11 12 1 2 3 4 5 6 7 8\n     9 10\n";
const EVENTS: &str = " EVENT OUTPUT\nday mo  year Precp  Runoff  IR-det Av-det Mx-det  Point  Av-dep Max-dep  Point Sed.Del    ER\n\
    --- --  ----  (mm)    (mm)  kg/m^2 kg/m^2 kg/m^2    (m)  kg/m^2  kg/m^2    (m)  (kg/m)  ----\n\
    10 3 1 50.5 19.3 0.000 0.08 0.12 112.5 0.00 0.00 0.0 10.9 1.00\n";
const WATER: &str = "ofe jday year precip runoff sw sw1 sw2 ep es er snodpy densg\n\
    1 1 1 0.00 0.00 132.78 31.65 33.76 0.63 1.48 0.00 0.0 0.0\n";
const LOSS: &str = "Annual (Metric Units)\nVERSION 2024.204\nANNUAL AVERAGE SUMMARIES\nNumber of years 30\n\
    Mean annual precipitation 1335.94 mm\nMean annual runoff from rainfall 73.38 mm\n\
    Mean annual runoff from snow melt\nand/or rain storm during winter 11.79 mm\n\
    distance soil flow\na\nb\nc\n 1.5 0.1 1\nnote:\nAVERAGE ANNUAL SEDIMENT LEAVING PROFILE\n 49.8 kg/m of width\n\
    4982.1 kg (based\nClass  Diameter\nx\ny\n1 .002 2.6 0 0 100 16 .078 .086\n2 .002 2.6 0 0 100 16 .078 .086\n\
    3 .002 2.6 0 0 100 16 .078 .086\n4 .002 2.6 0 0 100 16 .078 .086\n5 .002 2.6 0 0 100 16 .078 .086\n";
const STRUCTURE: &str = "99.1\n2 1 2 3 0 0 0 0 0 0\n2 4 5 0 6 0 0 0 0 0\n";
const CHANNELS: &str =
    "99.1\n1\n4\n1.5\nchannel\n\n\n2\n4\n2\n0\n10 .03\n.03 1e-6 50 .5 .5\n.1 10 .03\n1 2 3\n";
const ROUTING: &str = "1 600\n0\n2\n1 2\n";
const BASIN_LOSS: &str = "VERSION 2024.204\n 5 YEAR AVERAGE ANNUAL VALUES FOR WATERSHED\n Runoff Subrunoff\n\
    Hillslopes (m^3) (m^3) (kg) (kg) (kg) (ha)\n----\nHill 1 1 2 3 4 5 6\n\nDischarge\nand Volume\n\
    Impoundments (m^3) (tonne) (kg) (m^3) (m^3) (ha)\n\nChannel 1 1 2 3 4 5 6\n\n\
    Total contributing area to outlet = 3.01 ha\nAvg. Ann. Precipitation volume in = 38129.\n\
    Avg. Ann. water discharge from outlet = 2728.\nAvg. Ann. total hillslope soil loss = 14.6\n\
    Avg. Ann. total channel soil loss = 0.0\nAvg. Ann. sediment discharge from outlet = 14.7\n\
    Sediment Delivery Ratio for Watershed = 1.003\n";
const BASIN_EVENTS: &str = "Day          Precip.    Runoff      Peak       Sediment\n   Month     Depth      Volume\n\
    \x20  Year  (mm)  (m^3)  (m^3/s)  (kg)\n-----\n10 3 1 50.5 300.2 .5 12.5\n";
const FROST: &str = "1 10 10\n1.0 1.0 1.0 0.5 0.5 0.5\n";
const PENMAN: &str = "2\ncrop,0.95,0.8,1,any\n'old forest' .9 .7 2 'two words'\n";
const SNOW: &str = "-1.5  # rain-snow threshold\n120.0 # new\n275.0\n";

/// A station file: the same plausible number everywhere.
fn station() -> String {
    let head = " BIRMINGHAM WB AP AL                      10831 0\n LATT=  33.57 LONG= -86.75 YEARS= 44. TYPE= 2\n \
                ELEVATION =  620. TP5 = 2.39 TP6= 5.90\n";
    let record = format!("{:8}{}\n", "MEAN", "  0.50".repeat(12));
    format!("{head}{}", record.repeat(14 + 16 * 4 + 1))
}

/// The answers of a run of a watershed.
fn watershed_run() -> String {
    let hillslope_passes = vec!["H1.pass.dat".to_owned(), "H2.pass.dat".to_owned()];
    WatershedRun { hillslope_passes, years: 5 }.to_text().unwrap()
}

fn samples() -> Vec<String> {
    let fixed = [
        SLOPE,
        SOIL,
        MANAGEMENT,
        CLIMATE,
        RUN,
        PASS,
        EVENTS,
        WATER,
        LOSS,
        STRUCTURE,
        CHANNELS,
        ROUTING,
        BASIN_LOSS,
        BASIN_EVENTS,
        FROST,
        PENMAN,
        SNOW,
    ];
    fixed.map(str::to_owned).into_iter().chain([station(), watershed_run()]).collect()
}

/// Feeds a text to every reader; the results do not matter, coming back does.
fn feed(text: &str) {
    let _ = Slope::parse(text, "f").map(|value| value.to_text());
    let _ = Slope::parse_channels(text, "f");
    let _ = Soil::parse(text, "f").map(|value| value.to_text());
    let _ = Management::parse(text, "f").map(|value| value.to_text());
    let _ = Climate::parse(text, "f").map(|value| value.to_text());
    let _ = StationParameters::parse(text, "f");
    let _ = HillslopeRun::parse(text, "f");
    let _ = Frost::parse(text, "f");
    let _ = PenmanMonteith::parse(text, "f");
    let _ = SnowOptions::parse(text, "f");
    let _ = WatershedStructure::parse(text, "f").map(|value| value.to_text());
    let _ = WatershedChannels::parse(text, "f").map(|value| value.to_text());
    let _ = ChannelRouting::parse(text, "f").map(|value| value.to_text());
    let _ = WatershedRun::parse(text, "f");
    let _ = WatershedLoss::parse(text, "f");
    let _ = WatershedEvent::parse_file(text, "f");
    let _ = HillslopePass::parse(text, "f").map(|value| value.is_complete());
    let _ = EventRow::parse_file(text, "f");
    let _ = WaterBalanceRow::parse_file(text, "f");
    let _ = HillslopeLoss::parse(text, "f");
}

#[test]
fn the_samples_themselves_are_accepted() {
    Slope::parse(SLOPE, "f").unwrap();
    Soil::parse(SOIL, "f").unwrap();
    Management::parse(MANAGEMENT, "f").unwrap();
    Climate::parse(CLIMATE, "f").unwrap();
    HillslopeRun::parse(RUN, "f").unwrap();
    HillslopePass::parse(PASS, "f").unwrap();
    EventRow::parse_file(EVENTS, "f").unwrap();
    WaterBalanceRow::parse_file(WATER, "f").unwrap();
    HillslopeLoss::parse(LOSS, "f").unwrap();
    WatershedLoss::parse(BASIN_LOSS, "f").unwrap();
    WatershedEvent::parse_file(BASIN_EVENTS, "f").unwrap();
    Frost::parse(FROST, "f").unwrap();
    StationParameters::parse(&station(), "f").unwrap();
}

/// Who edits a station by hand is told the line, not only the record's name.
#[test]
fn a_station_out_of_range_is_refused_with_its_line() {
    let mut lines: Vec<String> = station().lines().map(str::to_owned).collect();
    for (line, replace, by, field) in
        [(2, "33.57", "93.57", "latitude"), (7, "0.50", "1.50", "P(W/W)"), (4, "0.50", "-.50", "MEAN P")]
    {
        let good = lines[line - 1].clone();
        lines[line - 1] = good.replacen(replace, by, 1);
        let error = StationParameters::parse(&lines.join("\n"), "a.par").unwrap_err();
        assert_eq!((error.line, error.field.as_str()), (line, field), "{error}");
        lines[line - 1] = good;
    }
}

#[test]
fn watershed_files_and_side_files_come_back() {
    let structure = WatershedStructure::parse(STRUCTURE, "f").unwrap();
    assert_eq!(WatershedStructure::parse(&structure.to_text().unwrap(), "f").unwrap(), structure);
    let channels = WatershedChannels::parse(CHANNELS, "f").unwrap();
    assert_eq!(channels.channels[0].rating_curve, Some([1.0, 2.0, 3.0]));
    assert_eq!(WatershedChannels::parse(&channels.to_text().unwrap(), "f").unwrap(), channels);
    let routing = ChannelRouting::parse(ROUTING, "f").unwrap();
    assert_eq!(ChannelRouting::parse(&routing.to_text().unwrap(), "f").unwrap(), routing);
    let run = WatershedRun::parse(&watershed_run(), "f").unwrap();
    assert_eq!((run.to_text().unwrap(), run.years), (watershed_run(), 5));
    let snow = SnowOptions::parse(SNOW, "f").unwrap();
    assert_eq!(SnowOptions::parse(&snow.to_text().unwrap(), "f").unwrap(), snow);
    let penman = PenmanMonteith::parse(PENMAN, "f").unwrap();
    assert_eq!(PenmanMonteith::parse(&penman.to_text().unwrap(), "f").unwrap(), penman);
}

const HOSTILE: [&str; 14] = [
    "99999999999999999999",
    "-1",
    "0",
    "9999999",
    "nan",
    "inf",
    "1e999",
    "1d5",
    "'",
    "#",
    "\n",
    "é",
    "\u{0}",
    "1 1",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_and_truncated_files_never_panic(
        sample in prop::sample::select(samples()),
        edits in vec((any::<prop::sample::Index>(), 0..HOSTILE.len(), 0..12_usize), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut text: Vec<char> = sample.chars().collect();
        for (place, hostile, removed) in edits {
            let at = place.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, HOSTILE[hostile].chars());
        }
        if let Some(cut) = cut {
            text.truncate(cut.index(text.len() + 1));
        }
        feed(&text.into_iter().collect::<String>());
    }
}

/// Counts come from the file, memory must not: a number costs a line to back it up.
#[test]
fn announced_counts_allocate_nothing() {
    for text in [
        "97.5\n100000\n",
        "97.5\n1\n0 1\n10000 1\n",
        "7778\nt\n100000 0\n",
        "98.4\n1\n1\n100000\n",
        "100000\n",
    ] {
        feed(text);
    }
}

#[test]
fn an_error_names_file_line_field_and_what_was_expected() {
    let text = SOIL.replace("25 30 5", "25 thirty 5");
    let error = Soil::parse(&text, "hill_21.sol").unwrap_err();
    assert_eq!(error.to_string(), "hill_21.sol, line 6, clay: expected a number, found thirty");
    let error = Climate::parse(&CLIMATE.replace("2 1 1 8.5", "3 1 1 8.5"), "a.cli").unwrap_err();
    assert_eq!(error.to_string(), "a.cli, line 17, da: expected the next day, 2 1 1, found 3 1 1");
    let error = HillslopeRun::parse(&RUN.replace("a.cli", &"x".repeat(52)), "p1.run").unwrap_err();
    assert!(error.to_string().contains("a file name of 1 to 51 characters"), "{error}");
}
