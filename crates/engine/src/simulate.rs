//! The daily loop.

use std::ops::Range;

use crate::evapotranspiration::{EvaporationDay, EvaporationStage};
use crate::frost::{Frost, conductivities};
use crate::hillslope::Hillslope;
use crate::result::{AnnualRow, DailyRow, Event, EventSource, RunOptions};
use crate::runoff::{self, InfiltrationExcess, RunoffDay, Workspace};
use crate::snow::SnowPack;
use crate::soil::MAX_LAYERS;
use crate::storm::StormShape;
use crate::sun::SunGeometry;
use crate::surface::{Surface, SurfaceMoisture};
use crate::water::SoilWater;
use crate::weather::{ClimateDay, Precipitation};
use crate::winter::{Winter, WinterDay};

/// Metres to millimetres.
const MM: f64 = 1000.0;
/// m/s to mm/h.
const MM_PER_H: f64 = 3.6e6;

/// Output of a simulation.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub years: Vec<AnnualRow>,
    pub events: Vec<Event>,
    pub days: Vec<DailyRow>,
}

/// State of a hillslope between days.
pub(crate) struct Simulation<'a> {
    hillslope: &'a Hillslope<'a>,
    surface: Surface,
    water: SoilWater,
    winter: Winter,
    stage: EvaporationStage,
    work: Workspace,
    output: Output,
    options: RunOptions,
}

/// The day's water at the surface.
#[derive(Clone, Copy)]
struct Supply {
    /// Rain and melt reaching cover and ground, m.
    depth_m: f64,
    source: EventSource,
    /// Highest intensity, m/s.
    highest_rate: f64,
    duration_s: f64,
    /// The storm, where it is still to be disaggregated in the workspace.
    shape: Option<StormShape>,
}

/// A day on which water leaves the surface.
struct DayOfRunoff<'a> {
    day: &'a ClimateDay,
    day_of_year: u16,
    rain_m: f64,
    supply: Supply,
    infiltration: InfiltrationExcess,
    /// Saturation excess, m.
    surplus_m: f64,
}

impl<'a> Simulation<'a> {
    pub fn new(hillslope: &'a Hillslope<'a>, options: RunOptions) -> Self {
        let initial = &hillslope.inputs.treatment.initial;
        let mut water = SoilWater::new(&hillslope.soil);
        let frost = if hillslope.inputs.winter.frozen_soil {
            Frost::with_depth(initial.frost_depth_m, &hillslope.soil, &mut water)
        } else {
            Frost::default()
        };
        let winter = Winter::new(SnowPack::with_depth(initial.snow_depth_m), frost);
        Self {
            surface: Surface::new(&hillslope.soil, &hillslope.inputs.treatment),
            hillslope,
            water,
            winter,
            stage: EvaporationStage::default(),
            work: Workspace::default(),
            output: Output::default(),
            options,
        }
    }

    /// Runs all days of the weather, or the requested years.
    pub fn run(mut self) -> Output {
        let limit = self.options.years.map_or(usize::MAX, |years| years as usize);
        for days in self.hillslope.inputs.climate.years().take(limit) {
            self.year(days);
        }
        self.output
    }

    fn year(&mut self, days: Range<usize>) {
        let climate = &self.hillslope.inputs.climate;
        let soil_before = self.water.total_m();
        let snow_before = self.winter.snow.water_m;
        let mut row = AnnualRow { year: climate.days()[days.start].year, ..AnnualRow::default() };
        for index in days {
            self.day(index, &mut row);
        }
        row.soil_water_change_mm = (self.water.total_m() - soil_before) * MM;
        row.surface_water_change_mm = (self.winter.snow.water_m - snow_before) * MM;
        row.balance_error_mm = row.precipitation_mm
            - row.runoff_mm()
            - row.evapotranspiration_mm()
            - row.deep_percolation_mm
            - row.lateral_flow_mm
            - row.soil_water_change_mm
            - row.surface_water_change_mm;
        self.output.years.push(row);
    }

    fn day(&mut self, index: usize, row: &mut AnnualRow) {
        let hillslope = self.hillslope;
        let climate = hillslope.inputs.climate.as_ref();
        let (day, demand) = (&climate.days()[index], &climate.demand()[index]);
        let day_of_year = demand.day_of_year;
        let tmean_c = 0.5 * (day.tmin_c + day.tmax_c);
        let rain_m = hillslope.inputs.climate.precipitation_mm(day) / MM;
        let operation =
            hillslope.inputs.treatment.yearly_operation.as_ref().filter(|o| o.day_of_year == day_of_year);
        self.surface.begin_day(&hillslope.soil, &hillslope.cover, operation);
        let moisture = self.surface_moisture();
        self.surface.note_frost(&hillslope.soil, moisture);
        let sun = hillslope.sun.day(day_of_year);
        let supply = self.supply(day, day_of_year, sun, rain_m);
        let frozen = self.winter.frost.any().then(|| {
            conductivities(&hillslope.soil, &self.water, hillslope.inputs.winter.frozen_conductivity_fraction)
        });
        let open = &hillslope.open_conductivity;
        let (across, along) = frozen.as_ref().map_or((open, open), |(across, along)| (across, along));
        let (infiltration, litter_m) = self.infiltrate(&supply, across, rain_m, tmean_c);
        if tmean_c > 0.0 {
            self.surface.add_rain(rain_m);
        }
        // Water balance of the day.
        let entered = (supply.depth_m - litter_m - infiltration.runoff_m).max(0.0);
        self.water.infiltrate(&hillslope.soil, entered);
        let percolated = self.water.percolate(&hillslope.soil, across);
        let evaporated = hillslope.evaporation.evaporate(
            &hillslope.soil,
            &hillslope.cover,
            climate,
            &EvaporationDay { index, demand, infiltrated_m: entered, litter_m },
            &mut self.stage,
            &mut self.water,
        );
        self.water.push_excess_up(&hillslope.soil);
        let lateral =
            self.water.flow_laterally(&hillslope.soil, along, hillslope.slope_sine, hillslope.shape.length_m);
        let surplus = self.water.surface_excess(&hillslope.soil);
        // Plants draw on what has not run off.
        let transpired = hillslope.roots.transpire(evaporated.plant_demand, &mut self.water);
        row.precipitation_mm += rain_m * MM;
        row.deep_percolation_mm += percolated * MM;
        row.lateral_flow_mm += lateral * MM;
        row.soil_evaporation_mm += evaporated.soil * MM;
        row.transpiration_mm += transpired * MM;
        row.interception_evaporation_mm += evaporated.litter * MM;
        let runoff_m = infiltration.runoff_m + surplus;
        if runoff_m > 0.0 {
            let runoff = DayOfRunoff { day, day_of_year, rain_m, supply, infiltration, surplus_m: surplus };
            self.event(&runoff, row);
        }
        if self.options.daily_water_balance {
            let wilting: f64 = hillslope.soil.layers.iter().map(|l| l.wilting_point * l.thickness_m).sum();
            self.output.days.push(DailyRow {
                year: day.year,
                day_of_year,
                precipitation_mm: rain_m * MM,
                water_input_mm: supply.depth_m * MM,
                runoff_mm: runoff_m * MM,
                transpiration_mm: transpired * MM,
                soil_evaporation_mm: evaporated.soil * MM,
                interception_evaporation_mm: evaporated.litter * MM,
                deep_percolation_mm: percolated * MM,
                lateral_flow_mm: lateral * MM,
                soil_water_mm: (self.water.total_m() + wilting) * MM,
                frozen_water_mm: self.water.ice_m.iter().sum::<f64>() * MM,
                snow_water_mm: self.winter.snow.water_m * MM,
                frost_depth_mm: self.winter.frost.frost_m * MM,
            });
        }
    }

    fn surface_moisture(&self) -> SurfaceMoisture {
        let top = &self.hillslope.soil.layers[0];
        let open = (top.thickness_m - self.water.frozen_m[0]).max(0.01 * top.thickness_m);
        SurfaceMoisture {
            water_content: top.wilting_point + self.water.available_m[0] / open,
            frozen_at_surface: self.winter.frost.at_surface(),
            freeze_cycles: self.winter.frost.cycles,
        }
    }

    /// Turns the day's rain and melt into a storm in the workspace.
    fn supply(&mut self, day: &ClimateDay, day_of_year: u16, sun: &SunGeometry, rain_m: f64) -> Supply {
        let hillslope = self.hillslope;
        let points = hillslope.inputs.climate.breakpoints_of(day);
        // Warm rain on bare ground is a storm like any other, even over frozen soil.
        let warm_rain = rain_m > 0.0 && day.tmin_c >= 0.0 && self.winter.snow.water_m <= 0.0;
        let mut melt = None;
        if self.winter.concerns(day) {
            let falling = if warm_rain { 0.0 } else { rain_m };
            let weather = WinterDay { day, day_of_year, sun, rain_m: falling, points };
            melt = Some(self.winter.day(hillslope, &weather, self.surface.roughness_m, &mut self.water));
        } else {
            self.winter.skip_day(day);
        }
        let source = if warm_rain || melt.is_none() { EventSource::Rain } else { EventSource::Melt };
        let shape = match (source, melt, day.precipitation) {
            (EventSource::Melt, Some(water), _) if water.depth_m > 0.0 => Some(water.shape),
            (
                EventSource::Rain,
                _,
                Precipitation::Storm { duration_h, time_to_peak_fraction, peak_intensity_ratio, .. },
            ) if rain_m > 0.0 => Some(StormShape {
                depth_m: rain_m,
                duration_s: duration_h.min(23.999) * 3600.0,
                time_to_peak: time_to_peak_fraction,
                peak_ratio: peak_intensity_ratio.max(1.0),
            }),
            _ => None,
        };
        if let Some(shape) = shape {
            let highest_rate = shape.peak_ratio * shape.depth_m / shape.duration_s;
            return Supply {
                depth_m: shape.depth_m,
                source,
                highest_rate,
                duration_s: shape.duration_s,
                shape: Some(shape),
            };
        }
        let points = if source == EventSource::Rain { points } else { &[] };
        self.work.storm.follow_breakpoints(points);
        let highest_rate = self.work.storm.rate_m_per_s.iter().copied().fold(0.0, f64::max);
        Supply {
            depth_m: if points.is_empty() { 0.0 } else { rain_m },
            source,
            highest_rate,
            duration_s: self.work.storm.duration_s(),
            shape: None,
        }
    }

    /// Litter interception and infiltration of the day's storm. Returns the excess and the intercepted water, m.
    fn infiltrate(
        &mut self,
        supply: &Supply,
        across: &[f64; MAX_LAYERS],
        rain_m: f64,
        tmean_c: f64,
    ) -> (InfiltrationExcess, f64) {
        if supply.depth_m <= 0.0 {
            return (InfiltrationExcess::default(), 0.0);
        }
        let hillslope = self.hillslope;
        let litter =
            if self.winter.snow.water_m > 0.0 { 0.0 } else { hillslope.litter_storage_m.min(supply.depth_m) };
        let conductivity =
            runoff::effective_conductivity(hillslope, &self.surface, &self.water, across, rain_m, tmean_c);
        if supply.highest_rate <= conductivity {
            return (InfiltrationExcess::default(), litter);
        }
        if let Some(shape) = &supply.shape {
            self.work.storm.disaggregate(shape);
        }
        self.work.storm.refine_into(&mut self.work.steps);
        let litter = self.work.steps.intercept(litter);
        let excess =
            runoff::infiltration_excess(hillslope, &self.surface, &self.water, conductivity, &mut self.work);
        (excess, litter)
    }

    /// Routes a day with runoff and records it.
    fn event(&mut self, runoff: &DayOfRunoff, row: &mut AnnualRow) {
        let DayOfRunoff { day, rain_m, supply, .. } = runoff;
        let rain_m = *rain_m;
        let hillslope = self.hillslope;
        let adjustments = self.surface.adjustments(
            &hillslope.soil,
            &hillslope.cover_factors,
            hillslope.shape.mean_slope,
            hillslope.cover.rill_spacing_m,
        );
        let routed = runoff::route(
            hillslope,
            &self.surface,
            &RunoffDay {
                infiltration: &runoff.infiltration,
                surplus_m: runoff.surplus_m,
                storm_s: supply.duration_s,
                raining: supply.source == EventSource::Rain && rain_m > 0.0,
                frozen: self.winter.frost.at_surface(),
                adjustments: &adjustments,
            },
            &mut self.work,
        );
        self.surface.rill_width_m = routed.sediment.rill_width_m;
        let runoff_mm = routed.runoff_m * MM;
        match supply.source {
            EventSource::Rain => row.rain_runoff_mm += runoff_mm,
            EventSource::Melt => row.melt_runoff_mm += runoff_mm,
        }
        row.sediment_delivery_kg_per_m += routed.sediment.delivery;
        row.detachment_kg_per_m += routed.sediment.detachment;
        row.deposition_kg_per_m += routed.sediment.deposition;
        row.peak_runoff_mm_per_h = row.peak_runoff_mm_per_h.max(routed.peak_rate * MM_PER_H);
        self.output.events.push(Event {
            year: day.year,
            month: day.month,
            day: day.day,
            day_of_year: runoff.day_of_year,
            source: supply.source,
            precipitation_mm: rain_m * MM,
            water_input_mm: supply.depth_m * MM,
            runoff_mm,
            peak_runoff_mm_per_h: routed.peak_rate * MM_PER_H,
            runoff_duration_s: routed.duration_s,
            detachment_kg_per_m: routed.sediment.detachment,
            deposition_kg_per_m: routed.sediment.deposition,
            sediment_delivery_kg_per_m: routed.sediment.delivery,
            class_fractions: routed.sediment.class_fractions,
        });
    }
}
