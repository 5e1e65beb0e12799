//! Reading a folder of reference cases.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use headwaters_engine::{
    Climate, EvapotranspirationMethod, HillslopeInputs, Profile, Soil, Treatment, WinterOptions,
};
use headwaters_wepp_formats as wepp;

/// Version whose results are the reference, and the one whose distance from it is the yardstick.
pub const REFERENCE: &str = "2024.204";
/// An older version, compared with the reference beside the embedded engine.
pub const YARDSTICK: &str = "2012.800";

/// Annual means of one version on one case.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    pub rain_runoff_mm: f64,
    pub total_runoff_mm: f64,
    pub sediment_kg_per_m: f64,
}

/// One reference case.
pub struct Case {
    pub name: String,
    pub climate: String,
    pub treatment: String,
    /// Climate, texture and slope: shared with the cases that differ only in treatment.
    pub setting: String,
    pub folder: PathBuf,
    pub inputs: HillslopeInputs,
    /// Means by version.
    pub means: BTreeMap<String, Means>,
}

impl Case {
    /// Means of the reference version, if the summary has them.
    pub fn reference(&self) -> Option<&Means> {
        self.means.get(REFERENCE)
    }
}

/// All cases of a folder, in the order of their names.
pub struct Matrix {
    pub cases: Vec<Case>,
}

impl Matrix {
    /// Reads every case for which there are inputs.
    pub fn open(folder: &Path) -> Result<Self> {
        let summary = read_summary(&folder.join("summary.csv"))?;
        let mut names: Vec<String> = fs::read_dir(folder.join("cases"))
            .with_context(|| format!("listing {}", folder.join("cases").display()))?
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        names.sort();
        let mut climates: BTreeMap<String, Arc<Climate>> = BTreeMap::new();
        let mut cases = Vec::with_capacity(names.len());
        for name in names {
            let case_folder = folder.join("cases").join(&name);
            if !case_folder.is_dir() {
                continue;
            }
            let row = summary.get(&name);
            // `climate__texture__treatment__slope`, when the summary does not say it.
            let parts: Vec<&str> = name.split("__").collect();
            let part = |index: usize| parts.get(index).copied().unwrap_or("").to_owned();
            let (climate, texture, treatment, slope) = match row {
                Some(row) => row.key.clone(),
                None => (part(0), part(1), part(2), part(3)),
            };
            let weather = match climates.get(&climate) {
                Some(weather) => weather.clone(),
                None => {
                    let weather = Arc::new(read_climate(&folder.join("cli"), &climate)?);
                    climates.insert(climate.clone(), weather.clone());
                    weather
                }
            };
            cases.push(Case {
                inputs: read_inputs(&name, &case_folder, weather, folder)?,
                setting: format!("{climate}/{texture}/{slope}"),
                means: row.map(|r| r.means.clone()).unwrap_or_default(),
                folder: case_folder,
                climate,
                treatment,
                name,
            });
        }
        Ok(Self { cases })
    }
}

struct SummaryRow {
    /// Climate, texture, treatment, slope.
    key: (String, String, String, String),
    means: BTreeMap<String, Means>,
}

fn read_summary(path: &Path) -> Result<BTreeMap<String, SummaryRow>> {
    let text = read_text(path)?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|h| h.trim() == name)
            .with_context(|| format!("{}: no column {name}", path.display()))
    };
    let [case, climate, texture, treatment, slope, version] =
        ["case", "climate", "texture", "treatment", "slope", "version"].map(column);
    let (case, climate, texture, treatment, slope, version) =
        (case?, climate?, texture?, treatment?, slope?, version?);
    let (rain, melt, sediment) = (column("rain_ro")?, column("melt_ro")?, column("sed_kg_m")?);
    let mut rows: BTreeMap<String, SummaryRow> = BTreeMap::new();
    for (index, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        if fields.len() != header.len() {
            bail!(
                "{}: line {}: {} fields instead of {}",
                path.display(),
                index + 2,
                fields.len(),
                header.len()
            );
        }
        let number = |at: usize| fields[at].parse::<f64>();
        // A version that was not run on a case has empty figures.
        let (Ok(rain), Ok(melt), Ok(sediment)) = (number(rain), number(melt), number(sediment)) else {
            continue;
        };
        let row = rows.entry(fields[case].to_owned()).or_insert_with(|| SummaryRow {
            key: (
                fields[climate].to_owned(),
                fields[texture].to_owned(),
                fields[treatment].to_owned(),
                fields[slope].to_owned(),
            ),
            means: BTreeMap::new(),
        });
        row.means.insert(
            fields[version].to_owned(),
            Means { rain_runoff_mm: rain, total_runoff_mm: rain + melt, sediment_kg_per_m: sediment },
        );
    }
    Ok(rows)
}

/// Text of a climate file of the folder, and its path.
pub fn climate_text(folder: &Path, name: &str) -> Result<(String, PathBuf)> {
    let path = with_or_without_gz(folder, &format!("{name}.cli"))
        .with_context(|| format!("{}: no climate {name}.cli", folder.display()))?;
    Ok((read_text(&path)?, path))
}

fn read_climate(folder: &Path, name: &str) -> Result<Climate> {
    let (text, path) = climate_text(folder, name)?;
    Ok(Climate::from_climate_file(&wepp::Climate::parse(&text, &path.display().to_string())?))
}

fn read_inputs(name: &str, folder: &Path, climate: Arc<Climate>, root: &Path) -> Result<HillslopeInputs> {
    let text = |file: &str| -> Result<(String, String)> {
        let path =
            with_or_without_gz(folder, file).with_context(|| format!("{}: no {file}", folder.display()))?;
        Ok((read_text(&path)?, path.display().to_string()))
    };
    let (slope, slope_name) = text("case.slp")?;
    let (soil, soil_name) = text("case.sol")?;
    let (management, management_name) = text("case.man")?;
    // A frost file of the case or of the whole folder; otherwise the distributed values, which the matrix was run with.
    let winter = match with_or_without_gz(folder, "frost.txt")
        .or_else(|| with_or_without_gz(root, "frost.txt"))
    {
        Some(path) => {
            WinterOptions::from_frost(&wepp::Frost::parse(&read_text(&path)?, &path.display().to_string())?)
        }
        None => WinterOptions::default(),
    };
    Ok(HillslopeInputs {
        name: name.to_owned(),
        profile: Profile::from_slope(&wepp::Slope::parse(&slope, &slope_name)?)?,
        soil: Soil::from_soil(&wepp::Soil::parse(&soil, &soil_name)?)?,
        treatment: Treatment::from_management(&wepp::Management::parse(&management, &management_name)?)?,
        climate,
        winter,
        evapotranspiration: EvapotranspirationMethod::default(),
        hourly_water_balance: false,
    })
}

/// The named file or its gzip form, whichever is there.
pub fn with_or_without_gz(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))].into_iter().find(|path| path.is_file())
}

/// Reads a text file, unpacking `.gz`.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    if path.extension().is_some_and(|e| e == "gz") {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .with_context(|| format!("unpacking {}", path.display()))?;
        return Ok(text);
    }
    String::from_utf8(bytes).with_context(|| format!("{} is not text", path.display()))
}
