//! The daily water balance (`wat`, `wb`).

use super::table::{Heading, Row, is_row, skip_to};
use crate::error::FormatError;
use crate::text::{Reader, Record};

/// One day of one element; `None` where the version does not print the column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaterBalanceRow {
    /// Overland flow element, from 1.
    pub element: usize,
    /// Day of the year.
    pub julian_day: u16,
    /// Year as printed.
    pub year: i32,
    /// Precipitation, mm.
    pub precipitation_mm: f64,
    /// Rain, irrigation and snow melt, mm.
    pub rain_and_melt_mm: Option<f64>,
    /// Runoff, mm.
    pub runoff_mm: f64,
    /// Transpiration, mm.
    pub transpiration_mm: f64,
    /// Evaporation from soil, mm.
    pub soil_evaporation_mm: f64,
    /// Evaporation from residue, mm.
    pub residue_evaporation_mm: f64,
    /// Deep percolation, mm.
    pub deep_percolation_mm: Option<f64>,
    /// Runon from the element above, mm.
    pub runon_mm: Option<f64>,
    /// Subsurface inflow, mm.
    pub subsurface_inflow_mm: Option<f64>,
    /// Lateral subsurface outflow, mm.
    pub lateral_flow_mm: Option<f64>,
    /// Unfrozen water in the soil, mm.
    pub soil_water_mm: f64,
    /// Unfrozen water in the top layer, mm.
    pub top_layer_water_mm: Option<f64>,
    /// Frozen water in the soil, mm.
    pub frozen_water_mm: Option<f64>,
    /// Water in the snow pack, mm.
    pub snow_water_mm: Option<f64>,
    /// Depth of the snow pack, mm.
    pub snow_depth_mm: Option<f64>,
    /// Density of the snow pack, kg/m³.
    pub snow_density_kg_per_m3: Option<f64>,
    /// Runoff scaled to the single element, mm.
    pub element_runoff_mm: Option<f64>,
}

/// The heading that the Daily Erosion Project's versions (2012 to 2024) shortened.
const SHORT_NAMES: &str = "ofe jday year precip runoff sw sw1 sw2 ep es er snodpy densg";
/// Columns that their hourly water balance writes under the same heading: those of the long rows of other versions.
const HOURLY_NAMES: &str =
    "OFE J Y P RM Q Ep Es Er Dp UpStrmQ SubRIn latqcc Total-Soil frozwt Snow-Water QOFE Tile Irr Area";
const HOURLY_COLUMNS: usize = 20;

impl WaterBalanceRow {
    /// Reads a water balance file.
    ///
    /// ```
    /// use headwaters_wepp_formats::outputs::WaterBalanceRow;
    ///
    /// let text = "\
    /// ofe jday year precip runoff sw sw1 sw2 ep es er snodpy densg
    /// 1 1 1 0.00 0.00 132.78 31.65 33.76 0.63 1.48 0.00 0.0 0.0
    /// ";
    /// let rows = WaterBalanceRow::parse_file(text, "wat.txt")?;
    /// assert_eq!(rows[0].soil_water_mm, 132.78);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing column, another unit, a row that does not fit the heading.
    pub fn parse_file(text: &str, file: &str) -> Result<Vec<Self>, FormatError> {
        let mut reader = Reader::new(text, file);
        let names = skip_to(&mut reader, "ofe")?;
        let has_units = reader.peek().is_some_and(|line| !is_row(line) && !line.trim().is_empty());
        let units = if has_units { Some(reader.raw_record("column units")?) } else { None };
        let hourly = names.text.split_whitespace().eq(SHORT_NAMES.split_whitespace())
            && reader.peek().is_some_and(|row| row.split_whitespace().count() == HOURLY_COLUMNS);
        let names = if hourly { Record { text: HOURLY_NAMES, ..names } } else { names };
        let heading = Heading::new(names, units)?;
        let element = heading.column(&["ofe"], 0)?;
        let julian_day = heading.column(&["j", "jday"], 0)?;
        let year = heading.column(&["y", "year"], 0)?;
        let precipitation = heading.column(&["p", "precip"], 0)?;
        let runoff = heading.column(&["q", "runoff"], 0)?;
        let transpiration = heading.column(&["ep"], 0)?;
        let soil_evaporation = heading.column(&["es"], 0)?;
        let residue_evaporation = heading.column(&["er"], 0)?;
        let soil_water = heading.column(&["Total-Soil", "sw"], 0)?;
        for place in [precipitation, runoff, transpiration] {
            heading.check_unit(place, &["mm"])?;
        }
        let rain_and_melt = heading.find(&["rm"], 0);
        let deep_percolation = heading.find(&["dp"], 0);
        let runon = heading.find(&["UpStrmQ"], 0);
        let subsurface_inflow = heading.find(&["SubRIn"], 0);
        let lateral_flow = heading.find(&["latqcc"], 0);
        let top_layer_water = heading.find(&["sw1"], 0);
        let frozen_water = heading.find(&["frozwt"], 0);
        let snow_water = heading.find(&["Snow-Water"], 0);
        let snow_depth = heading.find(&["snodpy"], 0);
        let snow_density = heading.find(&["densg"], 0);
        let element_runoff = heading.find(&["QOFE"], 0);
        let mut rows = Vec::new();
        while let Some(line) = reader.peek() {
            let record = reader.raw_record("day")?;
            if line.trim().is_empty() || line.trim_start().starts_with("--") {
                continue;
            }
            let row = Row::new(record, heading.len())?;
            rows.push(Self {
                element: row.count(element, "ofe", 100_000)?,
                julian_day: row.count(julian_day, "julian day", 366)? as u16,
                year: row.count(year, "year", 9999)? as i32,
                precipitation_mm: row.real(precipitation, "P")?,
                rain_and_melt_mm: row.optional(rain_and_melt, "RM")?,
                runoff_mm: row.real(runoff, "Q")?,
                transpiration_mm: row.real(transpiration, "Ep")?,
                soil_evaporation_mm: row.real(soil_evaporation, "Es")?,
                residue_evaporation_mm: row.real(residue_evaporation, "Er")?,
                deep_percolation_mm: row.optional(deep_percolation, "Dp")?,
                runon_mm: row.optional(runon, "UpStrmQ")?,
                subsurface_inflow_mm: row.optional(subsurface_inflow, "SubRIn")?,
                lateral_flow_mm: row.optional(lateral_flow, "latqcc")?,
                soil_water_mm: row.real(soil_water, "Total-Soil Water")?,
                top_layer_water_mm: row.optional(top_layer_water, "sw1")?,
                frozen_water_mm: row.optional(frozen_water, "frozwt")?,
                snow_water_mm: row.optional(snow_water, "Snow-Water")?,
                snow_depth_mm: row.optional(snow_depth, "snodpy")?,
                snow_density_kg_per_m3: row.optional(snow_density, "densg")?,
                element_runoff_mm: row.optional(element_runoff, "QOFE")?,
            });
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hourly water balance of 2024.204 stands under a heading that is not its own; a wrong column would make
    /// runoff of snow.
    #[test]
    fn hourly_rows_under_the_short_heading_are_read_by_their_own_names() {
        let row = "    1   32    1   61.70   58.10   0.1500000E+02    1.25    0.40    0.03    0.24   0.0000000E+00    \
                   0.00    2.50   88.00    1.50   12.00     0.1500000E+02    0.00    0.00    10000.00";
        let text = format!("{SHORT_NAMES}\n{row}\n");
        let rows = WaterBalanceRow::parse_file(&text, "wat.txt").unwrap();
        let [day] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((day.julian_day, day.precipitation_mm, day.runoff_mm), (32, 61.7, 15.0));
        assert_eq!((day.rain_and_melt_mm, day.deep_percolation_mm), (Some(58.1), Some(0.24)));
        assert_eq!(
            (day.lateral_flow_mm, day.snow_water_mm, day.soil_water_mm),
            (Some(2.5), Some(12.0), 88.0)
        );
        // Any other number of values is still refused.
        let error = WaterBalanceRow::parse_file(&format!("{SHORT_NAMES}\n{row} 1\n"), "wat.txt").unwrap_err();
        assert_eq!((error.line, error.field.as_str()), (2, "row"), "{error}");
    }
}
