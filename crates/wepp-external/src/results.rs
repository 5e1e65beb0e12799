//! Conversion of WEPP's outputs to a [`HillslopeResult`].

use crate::outputs::HillslopeOutputs;
use headwaters_engine::{
    AnnualRow, DailyRow, EngineError, EngineIdentity, Event, EventSource, HillslopeInputs, HillslopeResult,
    PARTICLE_CLASSES, ParticleClass, RunOptions,
};
use headwaters_wepp_formats::outputs::{EventRow, PassEvent, WaterBalanceRow};
use std::collections::{BTreeMap, BTreeSet};

/// Name of the engine in results.
pub const EXTERNAL_ENGINE_NAME: &str = "external WEPP";

/// Limits of the engine, to be shown next to its results.
pub const EXTERNAL_ENGINE_LIMITS: [&str; 2] = [
    "one overland flow element with a static cover; sums are of hillslope deliveries, and only the figures of the outlet, \
     where channels were routed, include channels",
    "events below 1 mm of runoff are known to 0.1 mm and 0.1 kg/m only",
];

const MM_PER_M: f64 = 1000.0;
const SECONDS_PER_HOUR: f64 = 3600.0;

/// Years to run: those requested, or all the weather covers.
pub(crate) fn years_to_run(inputs: &HillslopeInputs, options: &RunOptions) -> Result<usize, EngineError> {
    let days = inputs.climate.days();
    let whole_years = days.iter().filter(|day| day.month == 12 && day.day == 31).count();
    let wanted = options.years.map_or(whole_years, |years| years as usize);
    let from_january = days.first().is_some_and(|day| day.month == 1 && day.day == 1);
    if from_january && (1..=whole_years).contains(&wanted) {
        return Ok(wanted);
    }
    Err(EngineError::InvalidInput {
        hillslope: inputs.name.clone(),
        field: "climate".to_owned(),
        value: format!("{whole_years} whole years"),
        expected: format!("at least {} whole years that begin on 1 January", wanted.max(1)),
    })
}

/// Years as the outputs count them against those of the weather: some versions count from 1.
fn year_offset(outputs: &HillslopeOutputs) -> i32 {
    let printed = outputs.water_balance.first().map_or(1, |row| row.year);
    outputs.pass.first_year - printed
}

/// The same for the event file, which counts differently in some versions: the offset under which
/// most rows fall into the simulated years and on days of the pass file.
fn event_year_offset(outputs: &HillslopeOutputs) -> i32 {
    let first = outputs.pass.first_year;
    let years = first..first + outputs.pass.years as i32;
    let known: BTreeSet<(i32, u16)> =
        outputs.pass.events.iter().map(|event| (event.year, event.julian_day)).collect();
    let score = |offset: i32| {
        let keys = outputs.events.iter().map(|row| {
            let year = row.year + offset;
            (year, day_of_year(year, row.month, row.day))
        });
        let (mut inside, mut matched) = (0_usize, 0_usize);
        for key in keys {
            inside += usize::from(years.contains(&key.0));
            matched += usize::from(known.contains(&key));
        }
        (inside, matched)
    };
    if score(first - 1) > score(0) { first - 1 } else { 0 }
}

pub(crate) fn hillslope_result(
    identity: EngineIdentity,
    inputs: &HillslopeInputs,
    options: &RunOptions,
    outputs: &HillslopeOutputs,
    mut warnings: Vec<String>,
) -> HillslopeResult {
    let offset = year_offset(outputs);
    let width_m = inputs.profile.width_m;
    let area_m2 = outputs.pass.area_m2;
    let melting = melt_days(&outputs.water_balance, offset);
    let events = events(outputs, &melting, offset, width_m);
    let (years, closed) = annual_rows(outputs, &events, offset);
    if !closed {
        warnings.push(format!(
            "WEPP {} does not print percolation, lateral flow and snow water: these columns are left at 0, and the \
             water balance cannot be closed",
            outputs.version
        ));
    }
    let largest_error = years.iter().map(|year| year.balance_error_mm.abs()).fold(0.0, f64::max);
    HillslopeResult {
        identity,
        hillslope: inputs.name.clone(),
        input_hashes: headwaters_engine::hashes(inputs),
        area_m2,
        width_m,
        file_hashes: outputs.input_sha256.clone(),
        max_balance_error_mm: closed.then_some(largest_error),
        years,
        events,
        days: if options.daily_water_balance {
            outputs.water_balance.iter().map(|row| daily_row(row, offset)).collect()
        } else {
            Vec::new()
        },
        particle_classes: particle_classes(outputs),
        limits: limits(inputs),
        warnings,
    }
}

/// The limits of the engine, and those of the management that its files were made from.
fn limits(inputs: &HillslopeInputs) -> Vec<String> {
    let own = EXTERNAL_ENGINE_LIMITS.map(str::to_owned).into_iter();
    own.chain(inputs.treatment.not_represented.iter().cloned()).collect()
}

fn particle_classes(outputs: &HillslopeOutputs) -> [ParticleClass; PARTICLE_CLASSES] {
    std::array::from_fn(|class| {
        let printed = outputs.loss.particle_classes.get(class);
        ParticleClass {
            diameter_m: outputs.pass.particle_diameters_m.get(class).copied().unwrap_or(0.0),
            specific_gravity: printed.map_or(0.0, |class| class.specific_gravity),
            detached_fraction: printed.map_or(0.0, |class| class.detached_fraction),
        }
    })
}

fn has_snow(row: &WaterBalanceRow) -> bool {
    row.snow_water_mm.or(row.snow_depth_mm).is_some_and(|snow| snow > 0.0)
}

/// Days that began with snow on the ground, or brought more water to the surface than fell.
fn melt_days(rows: &[WaterBalanceRow], offset: i32) -> BTreeMap<(i32, u16), bool> {
    let mut snow_before = false;
    let mut days = BTreeMap::new();
    for row in rows {
        let surplus = row.rain_and_melt_mm.is_some_and(|water| water > row.precipitation_mm + 0.01);
        days.insert((row.year + offset, row.julian_day), snow_before || surplus);
        snow_before = has_snow(row);
    }
    days
}

fn day_of_year(year: i32, month: u8, day: u8) -> u16 {
    const BEFORE: [u16; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = u16::from(year % 4 == 0 && month > 2);
    let index = usize::from(month.clamp(1, 12)) - 1;
    BEFORE[index] + leap + u16::from(day)
}

/// Events as printed, with the digits of the pass file where it has the day.
fn events(
    outputs: &HillslopeOutputs,
    melting: &BTreeMap<(i32, u16), bool>,
    offset: i32,
    width_m: f64,
) -> Vec<Event> {
    let precise: BTreeMap<(i32, u16), &PassEvent> =
        outputs.pass.events.iter().map(|event| ((event.year, event.julian_day), event)).collect();
    let water: BTreeMap<(i32, u16), &WaterBalanceRow> =
        outputs.water_balance.iter().map(|row| ((row.year + offset, row.julian_day), row)).collect();
    let event_offset = event_year_offset(outputs);
    outputs
        .events
        .iter()
        .filter(|row| row.runoff_mm > 0.0 || row.sediment_delivery_kg_per_m > 0.0)
        .map(|row| {
            let year = row.year + event_offset;
            let key = (year, day_of_year(year, row.month, row.day));
            let source = match melting.get(&key) {
                Some(true) => EventSource::Melt,
                _ => EventSource::Rain,
            };
            let reached = water.get(&key).and_then(|day| day.rain_and_melt_mm);
            let event = coarse_event(row, key, source, reached);
            match precise.get(&key) {
                Some(pass) => with_digits(event, pass, outputs.pass.area_m2, width_m),
                None => event,
            }
        })
        .collect()
}

fn coarse_event(
    row: &EventRow,
    (year, day_of_year): (i32, u16),
    source: EventSource,
    water_input_mm: Option<f64>,
) -> Event {
    let detached = row.mean_detachment_kg_per_m2 * row.detachment_length_m.unwrap_or(0.0);
    let deposited = row.mean_deposition_kg_per_m2 * row.deposition_length_m.unwrap_or(0.0);
    Event {
        year,
        month: row.month,
        day: row.day,
        day_of_year,
        source,
        precipitation_mm: row.precipitation_mm,
        water_input_mm: water_input_mm.unwrap_or(row.precipitation_mm),
        runoff_mm: row.runoff_mm,
        peak_runoff_mm_per_h: 0.0,
        runoff_duration_s: 0.0,
        detachment_kg_per_m: detached,
        deposition_kg_per_m: deposited.abs(),
        sediment_delivery_kg_per_m: row.sediment_delivery_kg_per_m,
        class_fractions: [0.0; PARTICLE_CLASSES],
    }
}

fn with_digits(event: Event, pass: &PassEvent, area_m2: f64, width_m: f64) -> Event {
    Event {
        runoff_mm: pass.runoff_m * MM_PER_M,
        peak_runoff_mm_per_h: pass.peak_m3_per_s / area_m2 * MM_PER_M * SECONDS_PER_HOUR,
        runoff_duration_s: pass.duration_s,
        detachment_kg_per_m: pass.detached_kg / width_m,
        deposition_kg_per_m: pass.deposited_kg.abs() / width_m,
        sediment_delivery_kg_per_m: pass.delivered_kg() / width_m,
        class_fractions: pass.class_fraction,
        ..event
    }
}

/// Sums of the years, and whether every term of their water balances is printed.
fn annual_rows(outputs: &HillslopeOutputs, events: &[Event], offset: i32) -> (Vec<AnnualRow>, bool) {
    let mut rows: BTreeMap<i32, AnnualRow> = BTreeMap::new();
    let mut storage: Option<(f64, f64)> = None;
    let mut closed = true;
    for day in &outputs.water_balance {
        let year = day.year + offset;
        let row = rows.entry(year).or_insert(AnnualRow { year, ..AnnualRow::default() });
        row.precipitation_mm += day.precipitation_mm;
        row.soil_evaporation_mm += day.soil_evaporation_mm;
        row.transpiration_mm += day.transpiration_mm;
        row.interception_evaporation_mm += day.residue_evaporation_mm;
        row.deep_percolation_mm += day.deep_percolation_mm.unwrap_or(0.0);
        row.lateral_flow_mm += day.lateral_flow_mm.unwrap_or(0.0);
        let soil = day.soil_water_mm + day.frozen_water_mm.unwrap_or(0.0);
        let snow = day.snow_water_mm.unwrap_or(0.0);
        closed &= day.deep_percolation_mm.is_some() && day.snow_water_mm.is_some();
        // What the profile held before the first day follows from that day's own balance.
        let (soil_before, snow_before) = storage.unwrap_or_else(|| {
            let water = day.rain_and_melt_mm.unwrap_or(day.precipitation_mm);
            (soil - (water - day_losses(day)), snow - (day.precipitation_mm - water))
        });
        row.soil_water_change_mm += soil - soil_before;
        row.surface_water_change_mm += snow - snow_before;
        storage = Some((soil, snow));
        if closed {
            row.balance_error_mm +=
                day.precipitation_mm - day_losses(day) - (soil - soil_before) - (snow - snow_before);
        }
    }
    if !closed {
        rows.values_mut().for_each(|row| row.balance_error_mm = 0.0);
    }
    for event in events {
        if let Some(row) = rows.get_mut(&event.year) {
            match event.source {
                EventSource::Rain => row.rain_runoff_mm += event.runoff_mm,
                EventSource::Melt => row.melt_runoff_mm += event.runoff_mm,
            }
            row.sediment_delivery_kg_per_m += event.sediment_delivery_kg_per_m;
            row.detachment_kg_per_m += event.detachment_kg_per_m;
            row.deposition_kg_per_m += event.deposition_kg_per_m;
            row.peak_runoff_mm_per_h = row.peak_runoff_mm_per_h.max(event.peak_runoff_mm_per_h);
        }
    }
    (rows.into_values().collect(), closed)
}

fn day_losses(day: &WaterBalanceRow) -> f64 {
    day.runoff_mm
        + day.transpiration_mm
        + day.soil_evaporation_mm
        + day.residue_evaporation_mm
        + day.deep_percolation_mm.unwrap_or(0.0)
        + day.lateral_flow_mm.unwrap_or(0.0)
}

fn daily_row(row: &WaterBalanceRow, offset: i32) -> DailyRow {
    DailyRow {
        year: row.year + offset,
        day_of_year: row.julian_day,
        precipitation_mm: row.precipitation_mm,
        water_input_mm: row.rain_and_melt_mm.unwrap_or(row.precipitation_mm),
        runoff_mm: row.runoff_mm,
        transpiration_mm: row.transpiration_mm,
        soil_evaporation_mm: row.soil_evaporation_mm,
        interception_evaporation_mm: row.residue_evaporation_mm,
        deep_percolation_mm: row.deep_percolation_mm.unwrap_or(0.0),
        lateral_flow_mm: row.lateral_flow_mm.unwrap_or(0.0),
        soil_water_mm: row.soil_water_mm + row.frozen_water_mm.unwrap_or(0.0),
        frozen_water_mm: row.frozen_water_mm.unwrap_or(0.0),
        snow_water_mm: row.snow_water_mm.unwrap_or(0.0),
        frost_depth_mm: 0.0,
    }
}
