//! One row per figure of a run's results.

use serde::Serialize;
use serde_json::Value;

use super::{ResultRow, RunResults};

/// Facts about one figure of [`RunResults`]: what it is called, how it is written, and where it appears. Its value is a
/// member of the typed struct; `read` takes it out.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FigureDescriptor {
    /// Member of the API's and of the GeoJSON file's objects, and column of the CSV file.
    pub key: &'static str,
    /// Label without unit.
    pub label: &'static str,
    /// Unit in which pages write it, empty for counts and texts.
    pub unit: &'static str,
    /// Number format of the pages.
    pub format: FigureFormat,
    /// Total over several runs.
    pub total: FigureTotal,
    /// Places where it appears.
    pub places: &'static [FigurePlace],
    /// Takes the value out of the results.
    #[serde(skip)]
    read: fn(&RunResults) -> FigureValue<'_>,
}

/// Number format of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FigureFormat {
    /// As many decimals as about three significant digits take.
    Significant,
    /// A fixed number of decimals.
    Fixed {
        /// Decimals.
        decimals: usize,
    },
    /// A fraction, 0-1, written as a percentage.
    Percent {
        /// Decimals of the percentage.
        decimals: usize,
    },
    /// A whole number.
    Count,
    /// A text as it is.
    Text,
    /// One of several words, each with what it means to people.
    Words {
        /// Word and meaning.
        words: &'static [(&'static str, &'static str)],
    },
    /// Longitude and latitude.
    Position,
}

/// Total of a figure over several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureTotal {
    /// Sum.
    Sum,
    /// Mean weighted by the area of the basin.
    AreaWeightedMean,
    /// None: the values of several runs cannot be put together.
    None,
}

/// Place where a figure appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FigurePlace {
    /// Column of the results table.
    Table,
    /// Choice of the results map.
    Map,
    /// Columns of the CSV file.
    Csv,
    /// Member of the GeoJSON file's properties.
    GeoJson,
    /// Results of one run.
    Run,
}

/// Value of a figure; none until the task that computes it is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FigureValue<'a> {
    /// A number.
    Number(Option<f64>),
    /// A whole number.
    Count(Option<u32>),
    /// A text.
    Text(Option<&'a str>),
    /// Several texts.
    Texts(Option<&'a [String]>),
    /// Longitude and latitude, degrees.
    Position(Option<[f64; 2]>),
}

use FigurePlace::{Csv, GeoJson, Map, Run, Table};
use FigureValue::{Count, Number, Position, Text, Texts};

const EVERYWHERE: &[FigurePlace] = &[Table, Map, Csv, GeoJson, Run];
const IN_TABLE: &[FigurePlace] = &[Table, Csv, GeoJson, Run];
const PER_RUN: &[FigurePlace] = &[Csv, GeoJson, Run];

impl FigureDescriptor {
    const fn new(
        key: &'static str,
        label: &'static str,
        unit: &'static str,
        read: fn(&RunResults) -> FigureValue<'_>,
    ) -> Self {
        let (format, total) = (FigureFormat::Significant, FigureTotal::AreaWeightedMean);
        Self { key, label, unit, format, total, places: PER_RUN, read }
    }

    /// A text or another figure that has no total.
    const fn text(key: &'static str, label: &'static str, read: fn(&RunResults) -> FigureValue<'_>) -> Self {
        Self::new(key, label, "", read).format(FigureFormat::Text).total(FigureTotal::None)
    }

    const fn format(self, format: FigureFormat) -> Self {
        Self { format, ..self }
    }

    const fn total(self, total: FigureTotal) -> Self {
        Self { total, ..self }
    }

    const fn places(self, places: &'static [FigurePlace]) -> Self {
        Self { places, ..self }
    }

    /// Every figure, in the order of table, files and pages.
    pub const ALL: &'static [FigureDescriptor] = &[
        Self::new("basin_area_km2", "Basin area", "km²", |results| Number(results.basin_area_km2))
            .format(FigureFormat::Fixed { decimals: 2 })
            .total(FigureTotal::Sum)
            .places(IN_TABLE),
        Self::new("polygon_overlap", "Overlap (IoU)", "%", |results| Number(results.polygon_overlap))
            .format(FigureFormat::Percent { decimals: 1 })
            .places(EVERYWHERE),
        Self::text("outlet_status", "Outlet", |results| Text(results.outlet_status.as_deref())).format(
            FigureFormat::Words {
                words: &[
                    ("ok", "matched"),
                    ("needs_review", "needs review: basin and polygon differ"),
                    ("failed", "rejected"),
                ],
            },
        ),
        Self::text("outlet", "Outlet location", |results| Position(results.outlet))
            .format(FigureFormat::Position),
        Self::new("hillslopes", "Hillslopes", "", |results| Count(results.hillslopes))
            .format(FigureFormat::Count)
            .total(FigureTotal::Sum)
            .places(IN_TABLE),
        Self::new("channels", "Channels", "", |results| Count(results.channels))
            .format(FigureFormat::Count)
            .total(FigureTotal::Sum),
        Self::new("burned_fraction", "Burned, moderate + high", "%", |results| {
            Number(results.burned_fraction)
        })
        .format(FigureFormat::Percent { decimals: 0 })
        .places(EVERYWHERE),
        Self::text("climate_station", "Weather station", |results| Text(results.climate_station.as_deref())),
        Self::new("station_distance_km", "Station distance", "km", |results| {
            Number(results.station_distance_km)
        }),
        Self::new("years", "Simulated years", "", |results| Count(results.years))
            .format(FigureFormat::Count)
            .total(FigureTotal::None),
        Self::new("precipitation_mm_y", "Precipitation", "mm/yr", |results| {
            Number(results.precipitation_mm_y)
        })
        .places(EVERYWHERE),
        Self::new("runoff_mm_y", "Runoff", "mm/yr", |results| Number(results.runoff_mm_y)).places(EVERYWHERE),
        Self::new("sediment_t_ha_y", "Sediment yield", "t/ha/yr", |results| Number(results.sediment_t_ha_y))
            .places(EVERYWHERE),
        Self::new("sediment_t_y", "Sediment load", "t/yr", |results| Number(results.sediment_t_y))
            .total(FigureTotal::Sum)
            .places(EVERYWHERE),
        Self::new("outlet_discharge_mm_y", "Discharge at the outlet", "mm/yr", |results| {
            Number(results.outlet_discharge_mm_y)
        }),
        Self::new("outlet_sediment_t_y", "Sediment load at the outlet", "t/yr", |results| {
            Number(results.outlet_sediment_t_y)
        })
        .total(FigureTotal::Sum),
        Self::text("engine", "Engine", |results| Text(results.engine.as_deref())),
        Self::text("executable_sha256", "Executable, SHA-256", |results| {
            Text(results.executable_sha256.as_deref())
        }),
        Self::new("max_balance_error_mm", "Largest water-balance error", "mm", |results| {
            Number(results.max_balance_error_mm)
        })
        .total(FigureTotal::None),
        Self::text("inputs_sha256", "Inputs, SHA-256", |results| Text(results.inputs_sha256.as_deref())),
        Self::text("further_limits", "Further limits", |results| Texts(results.further_limits.as_deref()))
            .places(&[GeoJson]),
    ];

    /// Figures that appear at a place, in order.
    pub fn at(place: FigurePlace) -> impl Iterator<Item = &'static FigureDescriptor> {
        Self::ALL.iter().filter(move |figure| figure.places.contains(&place))
    }

    /// The figure with this key.
    pub fn from_key(key: &str) -> Option<&'static FigureDescriptor> {
        Self::ALL.iter().find(|figure| figure.key == key)
    }

    /// Value of the figure.
    pub fn value<'a>(&self, results: &'a RunResults) -> FigureValue<'a> {
        (self.read)(results)
    }

    /// Value as a number in the unit of the pages, when it is one.
    pub fn number(&self, results: &RunResults) -> Option<f64> {
        let number = match self.value(results) {
            Number(number) => number?,
            Count(count) => f64::from(count?),
            Text(_) | Texts(_) | Position(_) => return None,
        };
        Some(if matches!(self.format, FigureFormat::Percent { .. }) { number * 100.0 } else { number })
    }

    /// The figure of all rows together, in the unit of the pages. Rows without the figure (or without an area, for means)
    /// do not count.
    pub fn total_of(&self, rows: &[ResultRow]) -> Option<f64> {
        let values = rows
            .iter()
            .filter_map(|row| self.number(&row.results).map(|value| (value, row.results.basin_area_km2)));
        match self.total {
            FigureTotal::Sum => {
                values.map(|(value, _)| value).fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
            }
            FigureTotal::AreaWeightedMean => {
                let weighted = values.filter_map(|(value, area)| Some((value * area?, area?)));
                let (sum, area) = weighted.fold((0.0, 0.0), |(sum, area), (v, a)| (sum + v, area + a));
                (area > 0.0).then(|| sum / area)
            }
            FigureTotal::None => None,
        }
    }

    /// Columns of the figure in a table of plain values: its key, or `_lon` and `_lat` of a position.
    pub fn columns(&self) -> Vec<String> {
        match self.format {
            FigureFormat::Position => vec![format!("{}_lon", self.key), format!("{}_lat", self.key)],
            _ => vec![self.key.to_owned()],
        }
    }
}

impl PartialEq for FigureDescriptor {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl FigureValue<'_> {
    /// The value as JSON, in the unit of its key.
    pub fn json(self) -> Value {
        match self {
            Number(number) => number.into(),
            Count(count) => count.into(),
            Text(text) => text.into(),
            Texts(texts) => texts.map(<[String]>::to_vec).into(),
            Position(position) => position.map(Vec::from).into(),
        }
    }

    /// Values of the figure's columns, see [`FigureDescriptor::columns`].
    pub fn cells(self) -> Vec<Value> {
        match self {
            Position(position) => [0, 1].map(|axis| position.map(|position| position[axis]).into()).to_vec(),
            other => vec![other.json()],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::run::RunState;

    fn all_figures() -> RunResults {
        let results = serde_json::json!({
            "basin_area_km2": 1.5, "outlet": [1.0, 2.0], "outlet_status": "ok", "polygon_overlap": 0.9,
            "hillslopes": 3, "channels": 4, "burned_fraction": 0.5, "climate_station": "s",
            "station_distance_km": 12.5, "precipitation_mm_y": 600.0, "runoff_mm_y": 10.0,
            "sediment_t_ha_y": 0.1, "sediment_t_y": 20.0, "outlet_discharge_mm_y": 9.5,
            "outlet_sediment_t_y": 21.0, "years": 30, "engine": "e", "executable_sha256": "ab",
            "max_balance_error_mm": 0.001, "inputs_sha256": "cd", "further_limits": ["l"]
        });
        serde_json::from_value(results).expect("results")
    }

    /// A figure without a row would be computed and shown nowhere; one that reads another member would show that one.
    #[test]
    fn every_figure_has_exactly_one_row_that_reads_it() {
        let results = all_figures();
        let json = serde_json::to_value(&results).expect("plain data");
        let members = json.as_object().expect("an object");
        assert!(members.values().all(|value| !value.is_null()), "give every figure a value: {json}");
        let keys: BTreeSet<&str> = FigureDescriptor::ALL.iter().map(|figure| figure.key).collect();
        assert_eq!(keys, members.keys().map(String::as_str).collect());
        assert_eq!(keys.len(), FigureDescriptor::ALL.len(), "two rows for one figure");
        for figure in FigureDescriptor::ALL {
            assert_eq!(figure.value(&results).json(), members[figure.key], "{}", figure.key);
            assert_eq!(figure.value(&results).cells().len(), figure.columns().len());
            let is_numeric = figure.number(&results).is_some();
            for place in [Table, Map] {
                assert!(is_numeric || !figure.places.contains(&place), "{} in a {place:?}", figure.key);
            }
            assert_eq!(figure.value(&RunResults::default()).json(), Value::Null, "{}", figure.key);
        }
        assert!(FigureDescriptor::at(GeoJson).count() == keys.len(), "the file has everything");
    }

    /// Programs read the files by these names.
    #[test]
    fn columns_keep_their_names() {
        let columns: Vec<String> = FigureDescriptor::at(Csv).flat_map(FigureDescriptor::columns).collect();
        let first = ["basin_area_km2", "polygon_overlap", "outlet_status", "outlet_lon", "outlet_lat"];
        assert_eq!(columns[..5], first);
        assert_eq!(columns.last().map(String::as_str), Some("inputs_sha256"));
    }

    #[test]
    fn totals_agree_with_each_other() {
        let row = |area: Option<f64>, rate: Option<f64>| ResultRow {
            key: 0,
            run_id: String::new(),
            state: RunState::Succeeded,
            polygon_area_km2: 1.0,
            results: RunResults {
                basin_area_km2: area,
                sediment_t_ha_y: rate,
                sediment_t_y: area.zip(rate).map(|(area, rate)| area * 100.0 * rate),
                ..RunResults::default()
            },
        };
        let rows = [row(Some(2.0), Some(1.0)), row(Some(8.0), Some(0.5)), row(None, None)];
        let total = |key| FigureDescriptor::from_key(key).expect("a figure").total_of(&rows);
        assert_eq!(total("basin_area_km2"), Some(10.0));
        assert_eq!(total("sediment_t_ha_y"), Some(0.6), "mean weighted by area");
        assert_eq!(total("sediment_t_y"), Some(600.0), "0.6 t/ha/yr on 1000 ha");
        assert_eq!(total("runoff_mm_y"), None);
    }
}
