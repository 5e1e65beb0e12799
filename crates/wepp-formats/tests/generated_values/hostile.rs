//! A small sample of every format: accepted as it is, refused with its place when it is faulty, and never a panic however
//! it is mutilated.

use headwaters_wepp_formats::outputs::{
    EventRow, HillslopeLoss, HillslopePass, WaterBalanceRow, WatershedEvent, WatershedLoss,
};
use headwaters_wepp_formats::{
    ChannelRouting, Climate, Frost, HillslopeRun, Management, PenmanMonteith, Slope, SnowOptions, Soil,
    StationParameters, WatershedChannels, WatershedRun, WatershedStructure,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SLOPE: &str = "97.5\n#\n1\n180 100.0\n3 150.0\n0, 0.05 0.25, 0.4 1.0, 0.1\n";
const SOIL: &str = "7778\n# c\ntitle\n1 0\n'a' 'loam' 1 0.1 0.75 1e6 6e-05 0.5\n\
                    400 1.5 14 10 0.2 0.1 25 30 5 25 20\n1 10000 0.001\n";
const MANAGEMENT: &str = "98.4\n1\n1\n1\nplant\n\n\n\n1\nWeppWillSet\n14 3 0 2 5 5 0 .3 1 .005\n\
    .5 1 .45 .99 17 0 .42 .2\n2\n0 0 20 .1 .5 .3 .33 .2 90 40\n-40 2 0\n1\nop\n\n\n\n1\n0 0 0\n4\n\
    0 0 0 0 .06 1 .001\n1\nini\n\n\n\n1\n1.1 .45 330 1000 0 .45\n1\n2\n400 .06 .45 .06 0\n1\n0 0 0 0 0\n\
    .2 .2\n1\nsurface\n\n\n\n1\n1\n2\n1\n.01\n2\n0\n0\n1\nyear\n\n\n\n1\n1\n1\n0\n0\n2\n250\n0\n0\n0\n3\n\
    name\n\n\n\n1\n1\n1\n1\n1\n1\n";
const STORM: &str = "5.3\n2 0 0\nStation\nheadings\n33.57 -86.75 185 63 1 1 -b1\nt\n1 2 3 4 5 6 7 8 9 10 11 12\n\
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
const BASIN_LOSS: &str = "VERSION 2024.204\n 5 YEAR AVERAGE ANNUAL VALUES FOR WATERSHED\n\
    \x20                Runoff        Subrunoff     Soil          Sediment      Sediment      Hillslope\n\
    \x20                Volume        Volume        Loss          Deposition    Yield         Area\n\
    Hillslopes       (m^3)         (m^3)         (kg)          (kg)          (kg)        (ha)\n----\nHill 1 1 2 3 4 5 6\n\n\
    Channels         Discharge     Sediment        Soil          Upland        Subsuface Flow   Contributing\n\
    and              Volume        Yield           Loss          Charge        Volume          Area\n\
    Impoundments     (m^3)         (tonne)         (kg)          (m^3)         (m^3)            (ha)\n\nChannel 1 1 2 3 4 5 6\n\n\
    Total contributing area to outlet = 3.01 ha\nAvg. Ann. Precipitation volume in = 38129.\n\
    Avg. Ann. water discharge from outlet = 2728.\nAvg. Ann. total hillslope soil loss = 14.6\n\
    Avg. Ann. total channel soil loss = 0.0\nAvg. Ann. sediment discharge from outlet = 14.7\n\
    Sediment Delivery Ratio for Watershed = 1.003\n";
const BASIN_EVENTS: &str = "Day          Precip.    Runoff      Peak       Sediment\n\
    \x20  Month     Depth      Volume      Runoff     Yield\n\
    \x20      Year  (mm)       (m^3)       (m^3/s)    (kg)\n-----\n\
    10 3 1 50.5 300.2 .5 12.5\n";
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

/// The storm and the day before it as the start of a year.
fn climate() -> String {
    let mut text = STORM.replacen("2 0 0", "1 0 0", 1);
    for index in 2..365_u32 {
        let (month, day) = calendar(index);
        text.push_str(&format!("{day} {month} 1 0.0 0.0 0.0 0.0 4.7 -4.4 199 5.4 301 -5.8\n"));
    }
    text
}

/// Month and day of the day of a year of 365 days, from 0.
pub fn calendar(mut index: u32) -> (usize, u32) {
    for (month, length) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        if index < length {
            return (month + 1, index + 1);
        }
        index -= length;
    }
    unreachable!("a day beyond the year")
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
        STORM,
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
    fixed.map(str::to_owned).into_iter().chain([climate(), station(), watershed_run()]).collect()
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
    Climate::parse(STORM, "f").unwrap();
    Climate::parse(&climate(), "f").unwrap();
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

/// A user who edits a station file must be told the line, not only the record's name.
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

/// Counts in a file must not make a reader allocate: every number is backed by lines that were read.
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
    let error = Climate::parse(&climate().replace("2 1 1 8.5", "3 1 1 8.5"), "a.cli").unwrap_err();
    assert_eq!(error.to_string(), "a.cli, line 17, da: expected the next day, 2 1 1, found 3 1 1");
    let error = HillslopeRun::parse(&RUN.replace("a.cli", &"x".repeat(52)), "p1.run").unwrap_err();
    assert!(error.to_string().contains("a file name of 1 to 51 characters"), "{error}");
}
