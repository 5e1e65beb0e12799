//! The results table: columns, order, totals.

use std::cmp::Ordering;

use headwaters_domain::results::ResultRow;

use super::order::positions_by;

use super::format::{figure, number, whole};

/// A column with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Area of the delineated basin.
    Area,
    /// Number of hillslopes.
    Hillslopes,
    /// Share burned with moderate or high severity.
    Burned,
    /// Mean annual precipitation.
    Precipitation,
    /// Mean annual runoff.
    Runoff,
    /// Sediment per area.
    SedimentRate,
    /// Sediment.
    Sediment,
    /// Agreement of basin and polygon.
    Overlap,
}

impl Column {
    /// Every column, in order.
    pub const ALL: [Column; 8] = [
        Column::Area,
        Column::Hillslopes,
        Column::Burned,
        Column::Precipitation,
        Column::Runoff,
        Column::SedimentRate,
        Column::Sediment,
        Column::Overlap,
    ];

    /// Identifier in the address bar.
    pub const fn slug(self) -> &'static str {
        match self {
            Column::Area => "area",
            Column::Hillslopes => "hillslopes",
            Column::Burned => "burned",
            Column::Precipitation => "precipitation",
            Column::Runoff => "runoff",
            Column::SedimentRate => "sediment_rate",
            Column::Sediment => "sediment",
            Column::Overlap => "overlap",
        }
    }

    /// The column with this identifier.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.slug() == slug)
    }

    /// Heading without unit.
    pub const fn label(self) -> &'static str {
        match self {
            Column::Area => "Area",
            Column::Hillslopes => "Hillslopes",
            Column::Burned => "Burned",
            Column::Precipitation => "Precipitation",
            Column::Runoff => "Runoff",
            Column::SedimentRate => "Delivery per area",
            Column::Sediment => "Sediment delivery",
            Column::Overlap => "Overlap",
        }
    }

    /// Unit, empty for counts.
    pub const fn unit(self) -> &'static str {
        match self {
            Column::Area => "km²",
            Column::Hillslopes => "",
            Column::Burned | Column::Overlap => "%",
            Column::Precipitation | Column::Runoff => "mm/y",
            Column::SedimentRate => "t/ha/y",
            Column::Sediment => "t/y",
        }
    }

    /// The row's value in this column's unit.
    pub fn value(self, row: &ResultRow) -> Option<f64> {
        let results = &row.results;
        match self {
            Column::Area => results.basin_area_km2,
            Column::Hillslopes => results.hillslopes.map(f64::from),
            Column::Burned => results.burned_fraction.map(|share| share * 100.0),
            Column::Precipitation => results.precipitation_mm_y,
            Column::Runoff => results.runoff_mm_y,
            Column::SedimentRate => results.sediment_t_ha_y,
            Column::Sediment => results.sediment_t_y,
            Column::Overlap => results.polygon_overlap.map(|share| share * 100.0),
        }
    }

    /// A value as the table writes it.
    pub fn text(self, value: Option<f64>) -> String {
        match (self, value) {
            (_, None) => "–".to_owned(),
            (Column::Hillslopes, Some(value)) => whole(value as u64),
            (Column::Area, Some(value)) => number(value, 2),
            (Column::Burned, Some(value)) => number(value, 0),
            (Column::Overlap, Some(value)) => number(value, 1),
            (_, Some(value)) => figure(value),
        }
    }

    /// The column's figure for all rows together: sums, or means weighted by area. Rows without the figure (or
    /// without an area, for means) do not count.
    pub fn total(self, rows: &[ResultRow]) -> Option<f64> {
        let values =
            rows.iter().filter_map(|row| self.value(row).map(|value| (value, row.results.basin_area_km2)));
        match self {
            Column::Area | Column::Hillslopes | Column::Sediment => {
                values.map(|(value, _)| value).fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
            }
            Column::Burned
            | Column::Precipitation
            | Column::Runoff
            | Column::SedimentRate
            | Column::Overlap => {
                let weighted = values.filter_map(|(value, area)| Some((value * area?, area?)));
                let (sum, area) = weighted.fold((0.0, 0.0), |(sum, area), (v, a)| (sum + v, area + a));
                (area > 0.0).then(|| sum / area)
            }
        }
    }
}

/// Order of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResultsOrder {
    /// Column, or run id when absent.
    pub column: Option<Column>,
    /// Largest first.
    pub descending: bool,
}

impl ResultsOrder {
    /// Reads `-area`.
    pub fn from_parameter(text: &str) -> Self {
        let (descending, slug) = text.strip_prefix('-').map_or((false, text), |slug| (true, slug));
        Self { column: Column::from_slug(slug), descending }
    }

    /// Value of the parameter after a click on a heading: largest first, then the other way round.
    pub fn parameter_after_click(self, column: Option<Column>) -> String {
        let slug = column.map_or("id", Column::slug);
        let descending = if self.column == column { !self.descending } else { column.is_some() };
        format!("{}{slug}", if descending { "-" } else { "" })
    }

    /// Positions of the rows in order. Rows without a value come last either way.
    pub fn apply(self, rows: &[ResultRow]) -> Vec<usize> {
        let turned = |order: Ordering| if self.descending { order.reverse() } else { order };
        positions_by(rows.len(), &|a, b| {
            let (a, b) = (&rows[a], &rows[b]);
            let Some(column) = self.column else { return turned(a.run_id.cmp(&b.run_id)) };
            match (column.value(a), column.value(b)) {
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
    use headwaters_domain::results::RunResults;
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
    fn the_totals_row_agrees_with_itself() {
        let rows = [row("a", Some(2.0), Some(1.0)), row("b", Some(8.0), Some(0.5)), row("c", None, None)];
        assert_eq!(Column::Area.total(&rows), Some(10.0));
        assert_eq!(Column::SedimentRate.total(&rows), Some(0.6), "mean weighted by area");
        assert_eq!(Column::Sediment.total(&rows), Some(600.0), "0.6 t/ha/y on 1000 ha");
        assert_eq!(Column::Runoff.total(&rows), None);
    }

    #[test]
    fn rows_without_results_never_hide_the_interesting_ones() {
        let rows = [row("a", None, None), row("b", Some(2.0), Some(3.0)), row("c", Some(1.0), Some(4.0))];
        assert_eq!(ResultsOrder::from_parameter("-sediment_rate").apply(&rows), [2, 1, 0]);
        assert_eq!(ResultsOrder::from_parameter("sediment_rate").apply(&rows), [1, 2, 0]);
        assert_eq!(ResultsOrder::from_parameter("-id").apply(&rows), [2, 1, 0]);
        let order = ResultsOrder::default();
        assert_eq!(order.parameter_after_click(Some(Column::Area)), "-area");
        assert_eq!(ResultsOrder::from_parameter("-area").parameter_after_click(Some(Column::Area)), "area");
    }
}
