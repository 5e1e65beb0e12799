//! Classes of a results map.

use super::order::ascending;

use headwaters_domain::results::ResultRow;

use super::format::{figure, number};
use super::results_table::Column;

/// Number of colour classes; the style sheet has as many ramp colours.
pub const CLASSES: usize = 5;

/// Decimals beyond which two bounds are allowed to look alike.
const MOST_DECIMALS: usize = 6;

/// Class breaks of a set of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    /// Upper bound of each class but the last, ascending and distinct.
    breaks: Vec<f64>,
    least: f64,
    most: f64,
}

impl Classes {
    /// Quantile classes: as many watersheds in each as ties permit. `None` without any value.
    pub fn quantiles(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        let values = ascending(&values);
        let (least, most) = (*values.first()?, *values.last()?);
        let mut breaks: Vec<f64> =
            (1..CLASSES).map(|class| values[(class * values.len()).div_ceil(CLASSES) - 1]).collect();
        breaks.dedup();
        breaks.retain(|upper| *upper < most);
        Some(Self { breaks, least, most })
    }

    /// Colour of a value, `0..CLASSES`; few classes are spread over the whole ramp.
    pub fn colour(&self, value: f64) -> usize {
        self.spread(self.breaks.iter().filter(|upper| value > **upper).count())
    }

    /// Colour and range of each class, ascending.
    pub fn legend(&self) -> Vec<(usize, String)> {
        let lower = std::iter::once(self.least).chain(self.breaks.iter().copied());
        let upper = self.breaks.iter().copied().chain([self.most]);
        let write = self.writer();
        let label = |(from, to): (f64, f64)| {
            if from == to { write(from) } else { format!("{} – {}", write(from), write(to)) }
        };
        lower.zip(upper).enumerate().map(|(class, range)| (self.spread(class), label(range))).collect()
    }

    /// Writes bounds: as figures are written, or with as many decimals as tell them apart.
    fn writer(&self) -> impl Fn(f64) -> String + use<> {
        let bounds = [&[self.least], &self.breaks[..], &[self.most]].concat();
        let distinct = |decimals: Option<usize>| {
            let texts: Vec<String> = bounds.iter().map(|bound| write_bound(*bound, decimals)).collect();
            (1..bounds.len()).all(|at| bounds[at] == bounds[at - 1] || texts[at] != texts[at - 1])
        };
        let decimals = match distinct(None) {
            true => None,
            false => (0..MOST_DECIMALS).find(|decimals| distinct(Some(*decimals))).or(Some(MOST_DECIMALS)),
        };
        move |bound| write_bound(bound, decimals)
    }

    fn spread(&self, class: usize) -> usize {
        match self.breaks.len() {
            0 => CLASSES / 2,
            last => class * (CLASSES - 1) / last,
        }
    }
}

fn write_bound(bound: f64, decimals: Option<usize>) -> String {
    decimals.map_or_else(|| figure(bound), |decimals| number(bound, decimals))
}

/// Classes of one figure over all results.
pub fn classes_of(metric: Column, rows: &[ResultRow]) -> Option<Classes> {
    Classes::quantiles(rows.iter().filter_map(|row| metric.number(&row.results)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_higher_value_never_gets_a_lower_colour(values in prop::collection::vec(-1e6f64..1e6, 1..80)) {
            let classes = Classes::quantiles(values.clone()).expect("not empty");
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let colours: Vec<usize> = sorted.iter().map(|value| classes.colour(*value)).collect();
            prop_assert!(colours.is_sorted() && colours.iter().all(|colour| *colour < CLASSES));
            prop_assert!(classes.legend().len() <= CLASSES);
        }
    }

    #[test]
    fn ties_and_single_values_make_fewer_classes() {
        let same = Classes::quantiles([3.0; 9]).expect("values");
        assert_eq!(same.legend(), [(2, "3.00".to_owned())]);
        let spread = Classes::quantiles((1..=10).map(f64::from)).expect("values");
        let counts: Vec<usize> = (0..CLASSES)
            .map(|class| (1..=10).filter(|v| spread.colour(f64::from(*v)) == class).count())
            .collect();
        assert_eq!(counts, [2; 5]);
        assert_eq!(Classes::quantiles([f64::NAN]), None);
    }

    #[test]
    fn ranges_that_differ_are_written_differently() {
        let close = Classes::quantiles([0.0012, 0.0031, 0.0033, 0.0041, 0.0044, 0.0061]).expect("values");
        let texts: Vec<String> = close.legend().into_iter().map(|(_, text)| text).collect();
        let wanted =
            ["0.0012 – 0.0031", "0.0031 – 0.0033", "0.0033 – 0.0041", "0.0041 – 0.0044", "0.0044 – 0.0061"];
        assert_eq!(texts, wanted);
    }
}
