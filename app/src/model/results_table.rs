//! The results table: texts of the figures, order of the rows.

use std::cmp::Ordering;

use headwaters_domain::results::{FigureDescriptor, FigureFormat, FigureValue, ResultRow, RunResults};

use super::format::{figure, lon_lat, number, whole};
use super::order::positions_by;

/// A figure as a column of the table or a choice of the map.
pub type Column = &'static FigureDescriptor;

/// A number of the figure as pages write it, without its unit.
pub fn number_text(column: &FigureDescriptor, value: Option<f64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    match column.format {
        FigureFormat::Fixed { decimals } | FigureFormat::Percent { decimals } => number(value, decimals),
        FigureFormat::Count => whole(value as u64),
        FigureFormat::Significant
        | FigureFormat::Text
        | FigureFormat::Words { .. }
        | FigureFormat::Position => figure(value),
    }
}

/// The figure of a run with its unit; none before it is computed.
pub fn run_text(column: &FigureDescriptor, results: &RunResults) -> Option<String> {
    if let Some(number) = column.number(results) {
        let text = number_text(column, Some(number));
        return Some(format!("{text} {}", column.unit).trim_end().to_owned());
    }
    match (column.value(results), column.format) {
        (FigureValue::Text(Some(text)), FigureFormat::Words { words }) => {
            let known = words.iter().find(|(word, _)| *word == text);
            Some(known.map_or(text, |(_, meaning)| meaning).to_owned())
        }
        (FigureValue::Text(text), _) => text.map(str::to_owned),
        (FigureValue::Texts(texts), _) => texts.map(|texts| texts.join("; ")),
        (FigureValue::Position(position), _) => position.map(lon_lat),
        (FigureValue::Number(_) | FigureValue::Count(_), _) => None,
    }
}

/// Order of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResultsOrder {
    /// Column, or run id when absent.
    pub column: Option<Column>,
    /// Largest first.
    pub descending: bool,
}

impl ResultsOrder {
    /// Reads `-runoff_mm_y`.
    pub fn from_parameter(text: &str) -> Self {
        let (descending, key) = text.strip_prefix('-').map_or((false, text), |key| (true, key));
        Self { column: FigureDescriptor::from_key(key), descending }
    }

    /// Value of the parameter after a click on a heading: largest first, then the other way round.
    pub fn parameter_after_click(self, column: Option<Column>) -> String {
        let key = column.map_or("id", |column| column.key);
        let descending = if self.column == column { !self.descending } else { column.is_some() };
        format!("{}{key}", if descending { "-" } else { "" })
    }

    /// Positions of the rows in order. Rows without a value come last either way.
    pub fn apply(self, rows: &[ResultRow]) -> Vec<usize> {
        let turned = |order: Ordering| if self.descending { order.reverse() } else { order };
        positions_by(rows.len(), &|a, b| {
            let (a, b) = (&rows[a], &rows[b]);
            let Some(column) = self.column else { return turned(a.run_id.cmp(&b.run_id)) };
            match (column.number(&a.results), column.number(&b.results)) {
                (Some(x), Some(y)) => turned(x.total_cmp(&y)),
                (x, y) => y.is_some().cmp(&x.is_some()),
            }
            .then_with(|| a.run_id.cmp(&b.run_id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headwaters_domain::run::RunState;

    fn row(run_id: &str, area: Option<f64>, rate: Option<f64>) -> ResultRow {
        let sediment_t_y = area.zip(rate).map(|(area, rate)| area * 100.0 * rate);
        ResultRow {
            key: 0,
            run_id: run_id.to_owned(),
            state: RunState::Succeeded,
            polygon_area_km2: 1.0,
            results: RunResults {
                basin_area_km2: area,
                sediment_t_ha_y: rate,
                sediment_t_y,
                ..RunResults::default()
            },
        }
    }

    #[test]
    fn figures_are_written_with_their_units() {
        let results = RunResults {
            basin_area_km2: Some(1234.567),
            burned_fraction: Some(0.256),
            outlet_status: Some("ok".to_owned()),
            hillslopes: Some(1200),
            max_balance_error_mm: Some(0.000_1),
            ..RunResults::default()
        };
        let text = |key| run_text(FigureDescriptor::from_key(key).expect("a figure"), &results);
        assert_eq!(text("basin_area_km2").as_deref(), Some("1,234.57 km²"));
        assert_eq!(text("burned_fraction").as_deref(), Some("26 %"));
        assert_eq!(text("outlet_status").as_deref(), Some("matched"));
        assert_eq!(text("hillslopes").as_deref(), Some("1,200"));
        assert_eq!(text("max_balance_error_mm").as_deref(), Some("< 0.001 mm"));
        assert_eq!(text("runoff_mm_y"), None);
    }

    #[test]
    fn rows_without_results_never_hide_the_interesting_ones() {
        let rows = [row("a", None, None), row("b", Some(2.0), Some(3.0)), row("c", Some(1.0), Some(4.0))];
        assert_eq!(ResultsOrder::from_parameter("-sediment_t_ha_y").apply(&rows), [2, 1, 0]);
        assert_eq!(ResultsOrder::from_parameter("sediment_t_ha_y").apply(&rows), [1, 2, 0]);
        assert_eq!(ResultsOrder::from_parameter("-id").apply(&rows), [2, 1, 0]);
        let order = ResultsOrder::default();
        let area = FigureDescriptor::from_key("basin_area_km2");
        assert_eq!(order.parameter_after_click(area), "-basin_area_km2");
        let descending = ResultsOrder::from_parameter("-basin_area_km2");
        assert_eq!(descending.parameter_after_click(area), "basin_area_km2");
    }
}
