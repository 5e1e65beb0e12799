//! The `.run` file of a hillslope: the answers WEPP reads from its standard input.

use crate::error::FormatError;
use crate::text::Reader;

const KIND: &str = "run file";
/// WEPP keeps file names in 51 characters and silently uses what is left of a longer one.
pub const LONGEST_FILE_NAME: usize = 51;

/// The answers for a continuous simulation of one hillslope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HillslopeRun {
    /// Units of the loss summary.
    pub units: Units,
    /// Pass file, if wanted.
    pub pass: Option<String>,
    /// Detail of the loss summary.
    pub loss_detail: LossDetail,
    /// Initial-condition file to write, if wanted.
    pub initial_condition: Option<String>,
    /// Loss summary.
    pub loss: String,
    /// Daily water balance, if wanted.
    pub water_balance: Option<String>,
    /// Plant and residue output, if wanted.
    pub crop: Option<String>,
    /// Soil output, if wanted.
    pub soil_output: Option<String>,
    /// Distance and sediment loss output, if wanted.
    pub distance_loss: Option<String>,
    /// Large graphics output, if wanted.
    pub graphics: Option<String>,
    /// Event-by-event output, if wanted.
    pub events: Option<String>,
    /// Element output, if wanted.
    pub elements: Option<String>,
    /// Final summary output, if wanted.
    pub final_summary: Option<String>,
    /// Daily winter output, if wanted.
    pub winter: Option<String>,
    /// Plant yield output, if wanted.
    pub plant_yield: Option<String>,
    /// Management file.
    pub management: String,
    /// Slope file.
    pub slope: String,
    /// Climate file.
    pub climate: String,
    /// Soil file.
    pub soil: String,
    /// Irrigation option; 0 is none.
    pub irrigation: usize,
    /// Years to simulate.
    pub years: usize,
    /// True to bypass the erosion of very small events (1); otherwise it is computed (0).
    pub bypass_small_events: bool,
}

/// Units of the loss summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Units {
    /// `m`.
    Metric,
    /// `e`.
    English,
    /// Any other answer, which WEPP takes for metric. FSWEPP writes a version number here.
    Unrecognised(String),
}

/// Detail of the loss summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossDetail {
    /// 1: annual averages only.
    AnnualAbbreviated,
    /// 2: every year and the profile.
    AnnualDetailed,
    /// 3: every event, abbreviated.
    EventAbbreviated,
    /// 4: every event.
    EventDetailed,
    /// 5: every month.
    Monthly,
}

const DETAILS: [LossDetail; 5] = [
    LossDetail::AnnualAbbreviated,
    LossDetail::AnnualDetailed,
    LossDetail::EventAbbreviated,
    LossDetail::EventDetailed,
    LossDetail::Monthly,
];

impl HillslopeRun {
    /// The answers for the adapter's own runs: pass file, annual averages, and what else is named
    /// afterwards.
    #[must_use]
    pub fn new(management: &str, slope: &str, climate: &str, soil: &str, years: usize) -> Self {
        Self {
            units: Units::Metric,
            pass: None,
            loss_detail: LossDetail::AnnualAbbreviated,
            initial_condition: None,
            loss: "loss.txt".to_owned(),
            water_balance: None,
            crop: None,
            soil_output: None,
            distance_loss: None,
            graphics: None,
            events: None,
            elements: None,
            final_summary: None,
            winter: None,
            plant_yield: None,
            management: management.to_owned(),
            slope: slope.to_owned(),
            climate: climate.to_owned(),
            soil: soil.to_owned(),
            irrigation: 0,
            years,
            bypass_small_events: false,
        }
    }

    /// Reads the answers of a continuous simulation of one hillslope.
    ///
    /// ```
    /// use headwaters_wepp_formats::HillslopeRun;
    ///
    /// let text = "m\ny\n1\n1\ny\npass.txt\n1\nn\nloss.txt\ny\nwat.txt\nn\nn\nn\nn\ny\nebe.txt\nn\nn\nn\nn\n\
    ///     a.man\na.slp\na.cli\na.sol\n0\n30\n0\n";
    /// let file = HillslopeRun::parse(text, "hill.run")?;
    /// assert_eq!((file.slope.as_str(), file.years), ("a.slp", 30));
    /// assert_eq!(HillslopeRun::parse(&file.to_text()?, "hill.run")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing answer, another kind of simulation, a file name that WEPP would cut.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let units = match reader.raw("units")?.trim() {
            "m" | "M" => Units::Metric,
            "e" | "E" => Units::English,
            other => Units::Unrecognised(other.to_owned()),
        };
        if !yes(&mut reader, "batch mode")? {
            return Err(reader.error("batch mode", "y", "n"));
        }
        reader.count("continuous simulation", 1..=1)?;
        reader.count("hillslope version", 1..=1)?;
        let pass = wanted(&mut reader, "pass file")?;
        let detail = reader.count("loss detail", 1..=DETAILS.len())?;
        let initial_condition = wanted(&mut reader, "initial-condition file")?;
        let loss = name(&mut reader, "loss file")?;
        let run = Self {
            units,
            pass,
            loss_detail: DETAILS[detail - 1],
            initial_condition,
            loss,
            water_balance: wanted(&mut reader, "water balance")?,
            crop: wanted(&mut reader, "crop output")?,
            soil_output: wanted(&mut reader, "soil output")?,
            distance_loss: wanted(&mut reader, "distance and loss output")?,
            graphics: wanted(&mut reader, "graphics output")?,
            events: wanted(&mut reader, "event output")?,
            elements: wanted(&mut reader, "element output")?,
            final_summary: wanted(&mut reader, "final summary")?,
            winter: wanted(&mut reader, "winter output")?,
            plant_yield: wanted(&mut reader, "plant yield")?,
            management: name(&mut reader, "management file")?,
            slope: name(&mut reader, "slope file")?,
            climate: name(&mut reader, "climate file")?,
            soil: name(&mut reader, "soil file")?,
            irrigation: reader.count("irrigation", 0..=4)?,
            years: reader.count("years", 1..=10_000)?,
            bypass_small_events: reader.count("small events", 0..=1)? == 1,
        };
        reader.finish("after the last answer")?;
        Ok(run)
    }

    /// Writes the answers.
    ///
    /// # Errors
    /// A file name that is empty, longer than 51 characters or not one line.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut answers: Vec<&str> = vec![match &self.units {
            Units::Metric => "m",
            Units::English => "e",
            Units::Unrecognised(answer) => answer,
        }];
        answers.extend(["y", "1", "1"]);
        let detail = DETAILS.iter().position(|detail| *detail == self.loss_detail);
        let detail = (detail.unwrap_or(0) + 1).to_string();
        push_wanted(&mut answers, self.pass.as_deref());
        answers.push(&detail);
        push_wanted(&mut answers, self.initial_condition.as_deref());
        answers.push(&self.loss);
        for output in [
            &self.water_balance,
            &self.crop,
            &self.soil_output,
            &self.distance_loss,
            &self.graphics,
            &self.events,
            &self.elements,
            &self.final_summary,
            &self.winter,
            &self.plant_yield,
        ] {
            push_wanted(&mut answers, output.as_deref());
        }
        answers.extend([&*self.management, &*self.slope, &*self.climate, &*self.soil]);
        let (irrigation, years) = (self.irrigation.to_string(), self.years.to_string());
        let bypass = u8::from(self.bypass_small_events).to_string();
        answers.extend([&*irrigation, &*years, &*bypass]);
        let mut text = answers.join("\n");
        text.push('\n');
        let read_back = Self::parse(&text, KIND)?;
        if read_back != *self {
            let expected = "answers of one line without outer blanks";
            return Err(FormatError::on_write(KIND, "file name", expected, &text));
        }
        Ok(text)
    }
}

fn push_wanted<'a>(answers: &mut Vec<&'a str>, output: Option<&'a str>) {
    match output {
        Some(name) => answers.extend(["y", name]),
        None => answers.push("n"),
    }
}

fn yes(reader: &mut Reader<'_>, field: &str) -> Result<bool, FormatError> {
    match reader.raw(field)?.trim() {
        "y" | "Y" | "yes" | "Yes" | "YES" => Ok(true),
        "n" | "N" | "no" | "No" | "NO" => Ok(false),
        other => Err(reader.error(field, "y or n", other)),
    }
}

fn wanted(reader: &mut Reader<'_>, field: &str) -> Result<Option<String>, FormatError> {
    if yes(reader, field)? { name(reader, field).map(Some) } else { Ok(None) }
}

fn name(reader: &mut Reader<'_>, field: &str) -> Result<String, FormatError> {
    let name = reader.raw(field)?.trim();
    if name.is_empty() || name.chars().count() > LONGEST_FILE_NAME {
        let expected = format!("a file name of 1 to {LONGEST_FILE_NAME} characters");
        return Err(reader.error(field, expected, name));
    }
    Ok(name.to_owned())
}
