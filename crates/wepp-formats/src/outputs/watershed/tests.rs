//! A version that prints its columns in another order must give the same figures, not others under their names.

use super::*;

/// A table of the given columns (three words and the value of the one row), in their order.
fn table(labels: [&str; 3], row: &str, columns: &[(&str, &str, &str, &str)]) -> String {
    let line = |label: &str, word: fn(&(&str, &str, &str, &str)) -> String| {
        let words: String = columns.iter().map(|column| format!("{:<17}", word(column))).collect();
        format!("{label:<17}{words}\n")
    };
    [
        line(labels[0], |column| column.0.to_owned()),
        line(labels[1], |column| column.1.to_owned()),
        line(labels[2], |column| column.2.to_owned()),
        "----------\n".to_owned(),
        line(row, |column| column.3.to_owned()),
        "\n".to_owned(),
    ]
    .concat()
}

const TOTALS: &str = "Total contributing area to outlet = 3.01 ha\nAvg. Ann. Precipitation volume in = 38129.\n\
    Avg. Ann. water discharge from outlet = 2728.\nAvg. Ann. total hillslope soil loss = 14.6\n\
    Avg. Ann. total channel soil loss = 0.0\nAvg. Ann. sediment discharge from outlet = 14.7\n\
    Sediment Delivery Ratio for Watershed = 1.003\n";

fn loss(reversed: bool) -> String {
    let mut hillslopes = [
        ("Runoff", "Volume", "(m^3)", "1359.26"),
        ("Subrunoff", "Volume", "(m^3)", "0.03"),
        ("Soil", "Loss", "(kg)", "7305.87"),
        ("Sediment", "Deposition", "(kg)", "-2.5"),
        ("Sediment", "Yield", "(kg)", "7303.37"),
        ("Hillslope", "Area", "(ha)", "1.5"),
    ];
    let mut channels = [
        ("Discharge", "Volume", "(m^3)", "2727.8"),
        ("Sediment", "Yield", "(tonne)", "14.7"),
        ("Soil", "Loss", "(kg)", "3.9"),
        ("Upland", "Charge", "(m^3)", "2718.6"),
        ("Subsuface Flow", "Volume", "(m^3)", "0.1"),
        ("Contributing", "Area", "(ha)", "3.01"),
    ];
    if reversed {
        hillslopes.reverse();
        channels.reverse();
    }
    let hillslopes = table(["", "", "Hillslopes"], "Hill    1", &hillslopes);
    let channels = table(["Channels", "and", "Impoundments"], "Channel 1", &channels);
    format!("VERSION 2024.204\n 5 YEAR AVERAGE ANNUAL VALUES FOR WATERSHED\n\n{hillslopes}{channels}{TOTALS}")
}

#[test]
fn columns_are_read_by_heading_in_any_order() {
    let read = WatershedLoss::parse(&loss(false), "loss_pw0.txt").unwrap();
    assert_eq!(read.hillslopes[0].runoff_m3, 1359.26);
    assert_eq!((read.hillslopes[0].deposition_kg, read.hillslopes[0].sediment_kg), (-2.5, 7303.37));
    assert_eq!((read.channels[0].sediment_t, read.channels[0].subsurface_flow_m3), (14.7, 0.1));
    assert_eq!(WatershedLoss::parse(&loss(true), "loss_pw0.txt").unwrap(), read);
}

#[test]
fn columns_of_events_are_read_by_heading_in_any_order() {
    let usual = "Day          Precip.    Runoff      Peak       Sediment\n   Month     Depth      Volume      Runoff     Yield\n\
        \x20      Year  (mm)       (m^3)       (m^3/s)    (kg)\n-----\n10 3 1 50.5 300.2 .5 12.5\n";
    let read = WatershedEvent::parse_file(usual, "ebe_pw0.txt").unwrap();
    assert_eq!((read[0].day, read[0].month, read[0].year), (10, 3, 1));
    assert_eq!((read[0].runoff_m3, read[0].peak_m3_per_s, read[0].sediment_kg), (300.2, 0.5, 12.5));
    // Another order of columns and of the date, and a column of a nutrient.
    let other = "         Day  Sediment    Solub. React.   Peak       Precip.    Runoff\n  Month       Yield       Pollutant       Runoff     Depth      Volume\n\
        Year          (kg)        (kg)            (m^3/s)    (mm)       (m^3)\n-----\n1 3 10 12.5 0.7 .5 50.5 300.2\n";
    assert_eq!(WatershedEvent::parse_file(other, "ebe_pw0.txt").unwrap(), read);
}

#[test]
fn another_unit_or_number_of_values_is_refused() {
    let error = WatershedLoss::parse(&loss(false).replace("(tonne)", "(ton)  "), "loss_pw0.txt").unwrap_err();
    assert!(error.expected.contains("Sediment Yield (tonne)"), "{error}");
    let error =
        WatershedLoss::parse(&loss(false).replace("7305.87", "7305.87 8"), "loss_pw0.txt").unwrap_err();
    assert_eq!((error.line, error.field.as_str()), (8, "row"), "{error}");
    let error = WatershedLoss::parse(&loss(false).replace("Upland", ""), "loss_pw0.txt").unwrap_err();
    assert_eq!(error.field, "heading", "{error}");
}
