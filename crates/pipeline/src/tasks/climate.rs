//! `climate`: weather for the watershed, generated from a station's parameters or taken from a file.

use headwaters_data_folder::content;
use headwaters_domain::Finished;
use headwaters_domain::TaskKind;
use headwaters_domain::controls::{ClimateSource, PrecipitationScaling as Scaling, StationChoice as Choice};
use headwaters_domain::results::RunResults;
use headwaters_raster::{Raster, Resampling};
use headwaters_raster_sources::SourceError;
use headwaters_weather::{
    Candidate, Generator, Place, PrecipitationScaling, StationChoice as StationRanking, StationRule,
};
use headwaters_wepp_formats::Climate as ClimateFile;
use serde_json::json;

use crate::config::shown;
use crate::context::TaskContext;
use crate::rasters::{source_failure, to_lon_lat};
use crate::stations::stations;
use crate::stop::{OrFail, TaskResult, TaskStop};
use crate::task::{BaseInputs, Task};

/// Calendar year of the first generated year.
const FIRST_YEAR: i32 = 2001;

/// Weather and its origin.
struct Weather {
    climate: ClimateFile,
    /// Id of the station, or name of the file.
    station: String,
    /// From the centre of the basin.
    distance_km: Option<f64>,
}

/// The task.
#[derive(Debug)]
pub struct Climate;

impl Task for Climate {
    fn kind(&self) -> TaskKind {
        TaskKind::Climate
    }

    fn version(&self) -> u32 {
        3
    }

    fn sources(&self, base: &BaseInputs<'_>) -> Vec<String> {
        let (entry, data) = (&base.config.climate, &base.resources.data);
        let (path, months) = match base.controls.climate.source {
            ClimateSource::Generated => (&entry.stations, entry.months()),
            ClimateSource::File => (&entry.cli, Vec::new()),
        };
        let files = path.iter().map(|path| content(&data.join(path)));
        files.chain(months.iter().flat_map(|entry| entry.identity(data))).collect()
    }
    fn run(&self, context: &TaskContext) -> TaskResult {
        run(context)
    }
}

fn run(context: &TaskContext) -> TaskResult {
    let Weather { mut climate, station, distance_km } = match context.controls.climate.source {
        ClimateSource::Generated => generated(context)?,
        ClimateSource::File => from_file(context)?,
    };
    context.cancel.check()?;
    let scaling = match context.controls.climate.scaling {
        Scaling::None => PrecipitationScaling::None,
        Scaling::Scalar { factor } => PrecipitationScaling::Scalar(factor),
        Scaling::Monthly { factors } => PrecipitationScaling::Monthly(factors),
    };
    scaling.apply(&mut climate).or_fail("scaling")?;
    context.write("climate.cli", climate.to_text().or_fail("climate_file")?)?;
    let weather = headwaters_engine::Climate::from_climate_file(&climate);
    let days = weather.days().len();
    let years = (days as f64 / 365.25).round().max(1.0);
    let total: f64 = weather.days().iter().map(|day| weather.precipitation_mm(day)).sum();
    let precipitation_mm_y = total / (days as f64 / 365.25).max(1e-9);
    let result = json!({
        "station": station,
        "years": years,
        "station_distance_km": distance_km,
        "precipitation_mm_y": precipitation_mm_y,
    });
    let figures = RunResults {
        climate_station: Some(station),
        station_distance_km: distance_km,
        precipitation_mm_y: Some(precipitation_mm_y),
        ..RunResults::default()
    };
    Ok(Finished { result, figures })
}

fn generated(context: &TaskContext) -> TaskResult<Weather> {
    let controls = &context.controls.climate;
    let folder = context.config.climate.stations.as_ref().ok_or_else(|| {
        TaskStop::failed("no_stations", "the config names no folder with station files (*.par)")
    })?;
    let (catalogue, refused) = stations(folder, &context.resources.data)?;
    for reason in refused {
        context.log.line(format_args!("station left out: {reason}"));
    }
    let place = place(context)?;
    let rule = match controls.station {
        Choice::Nearest => StationRule::Nearest,
        Choice::MultiFactor | Choice::Fixed => StationRule::MultiFactor,
    };
    let choice = catalogue.choose(&place, rule).or_fail("stations")?;
    let chosen = match controls.station {
        Choice::Fixed => Some(controls.station_id.trim().to_owned()),
        _ => choice.chosen().map(|candidate| candidate.id.clone()),
    };
    let id = chosen.ok_or_else(|| TaskStop::failed("stations", "there is no station to choose"))?;
    let station = catalogue.get(&id).ok_or_else(|| {
        TaskStop::failed("unknown_station", format!("there is no station `{id}`: choose one from the list"))
    })?;
    context.log.line(format_args!("station {id}: {}", station.name));
    let generator = Generator::new(station.clone(), controls.seed, FIRST_YEAR).or_fail("station")?;
    for shortfall in generator.intensity_shortfalls() {
        context.log.line(format_args!(
            "{}: the station's depths cannot reach its own intensity ({:.2} of {:.2} in/h)",
            shortfall.month, shortfall.reachable_in_per_h, shortfall.station_in_per_h
        ));
    }
    let climate = generator.climate(controls.years).or_fail("weather")?;
    let used = catalogue.candidate(&id, &place, rule);
    context.write("stations.csv", station_table(&choice, used.as_ref())?)?;
    let distance_km = used.map(|used| used.distance_km);
    Ok(Weather { climate, station: id, distance_km })
}

/// The stations that were considered, best first, and the one in use.
fn station_table(choice: &StationRanking, used: Option<&Candidate>) -> TaskResult<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header =
        ["station", "name", "used", "distance_km", "elevation_difference_m", "precipitation_misfit", "score"];
    writer.write_record(header).or_fail("encode")?;
    let unranked = |used: &&Candidate| choice.ranking.iter().all(|candidate| candidate.id != used.id);
    for candidate in choice.ranking.iter().chain(used.filter(unranked)) {
        let figure = |value: Option<f64>, digits: usize| {
            value.map_or_else(String::new, |value| format!("{value:.digits$}"))
        };
        let is_used = used.is_some_and(|used| used.id == candidate.id);
        let row = [
            candidate.id.clone(),
            candidate.name.clone(),
            if is_used { "yes" } else { "no" }.to_owned(),
            figure(Some(candidate.distance_km), 2),
            figure(candidate.elevation_difference_m, 0),
            figure(candidate.precipitation_misfit, 3),
            figure(Some(candidate.score), 3),
        ];
        writer.write_record(row).or_fail("encode")?;
    }
    writer.into_inner().or_fail("encode")
}

fn from_file(context: &TaskContext) -> TaskResult<Weather> {
    let path = context.config.climate.cli.as_ref().ok_or_else(|| {
        TaskStop::failed("no_climate_file", "the config names no .cli file: generate weather instead")
    })?;
    let name = shown(path, &context.resources.data);
    let bytes =
        std::fs::read(path).map_err(|error| TaskStop::failed("climate_file", format!("{name}: {error}")))?;
    // The header names a station in whatever encoding its author used; numbers are plain in all of them.
    let climate = ClimateFile::parse(&String::from_utf8_lossy(&bytes), &name).or_fail("climate_file")?;
    let beyond = climate.days.len() - climate.days_simulated();
    if beyond > 0 {
        context.log.line(format_args!(
            "{name}: the header announces {} years; the {beyond} days after them are not simulated",
            climate.years_simulated
        ));
    }
    Ok(Weather { climate, station: name, distance_km: None })
}

/// Centre and mean elevation of the basin.
fn place(context: &TaskContext) -> TaskResult<Place> {
    let basin: Raster<u8> = context.raster(TaskKind::FindOutlet, "basin.tif")?;
    let dem: Raster<f32> = context.raster(TaskKind::FetchDem, "dem.tif")?;
    let (mut cells, mut x_sum, mut y_sum, mut z_sum) = (0.0, 0.0, 0.0, 0.0);
    for (index, inside) in basin.grid.as_slice().iter().enumerate() {
        let cell = basin.grid.cell(index);
        if let (1, Some(elevation)) = (*inside, dem.value(cell)) {
            let (x, y) = basin.transform.centre(cell);
            cells += 1.0;
            x_sum += x;
            y_sum += y;
            z_sum += f64::from(elevation);
        }
    }
    if cells == 0.0 {
        return Err(TaskStop::failed("missing_input", "the basin has no cells; run Find outlet again"));
    }
    let (longitude_deg, latitude_deg) = to_lon_lat(&basin.crs)(x_sum / cells, y_sum / cells);
    let monthly_precipitation_mm = monthly_precipitation(context, &basin)?;
    Ok(Place { longitude_deg, latitude_deg, elevation_m: Some(z_sum / cells), monthly_precipitation_mm })
}

/// Mean precipitation of the basin by month, mm, when the config has rasters of it that cover the basin.
fn monthly_precipitation(context: &TaskContext, basin: &Raster<u8>) -> TaskResult<Option<[f64; 12]>> {
    let entries = context.config.climate.months();
    if entries.is_empty() || entries.iter().any(|entry| !entry.is_there(&context.resources.data)) {
        return Ok(None);
    }
    let mut months = [0.0; 12];
    for (mean, entry) in months.iter_mut().zip(&entries) {
        context.cancel.check()?;
        let source = context.source(entry)?;
        let found = match source.read_partial(&basin.spec(), Resampling::Bilinear) {
            Ok(fetched) => mean_within(basin, &fetched.raster),
            Err(SourceError::OutsideData { .. }) => None,
            Err(error) => return Err(source_failure(error)),
        };
        let Some(found) = found else {
            context
                .log
                .line(format_args!("{}: no data here; the station is chosen without it", source.name()));
            return Ok(None);
        };
        *mean = found;
    }
    Ok(Some(months))
}

/// Mean of a raster over the cells of a basin; none when it has no data there.
fn mean_within(basin: &Raster<u8>, raster: &Raster<f32>) -> Option<f64> {
    let cells = basin.grid.as_slice().iter().zip(raster.grid.as_slice());
    let inside = cells.filter(|(inside, value)| **inside == 1 && !raster.is_nodata(**value));
    let (count, sum) = inside.fold((0_u64, 0.0), |(count, sum), (_, v)| (count + 1, sum + f64::from(*v)));
    (count > 0).then(|| sum / count as f64)
}
