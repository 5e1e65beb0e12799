//! The files of WEPP's watershed mode: structure, channels, impoundments, routing and answers.
//!
//! Layouts after the WEPP User Summary (NSERL Report No. 11, watershed input files) and the files
//! WEPPcloud writes. Slopes, soils and the management of the channels use the hillslope layouts with
//! one element per channel.

use crate::error::FormatError;
use crate::run::LONGEST_FILE_NAME;
use crate::text::{Reader, Writer};

const VERSION: f64 = 99.1;
const MOST_CHANNELS: usize = 100_000;

/// `.imp` for a watershed without impoundments.
pub const NO_IMPOUNDMENTS: &str = "99.1\n0\n";

/// Numbers of the elements that flow into an element from left, right and top; 0 is none. Elements are numbered with
/// the hillslopes first, then the channels in file order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inflow {
    /// From the left.
    pub left: usize,
    /// From the right.
    pub right: usize,
    /// From the top.
    pub top: usize,
}

/// `.str`: one record per channel, from the headwaters to the outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatershedStructure {
    /// Hillslopes and channels that feed each channel.
    pub channels: Vec<ChannelInflow>,
}

/// Inflows of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelInflow {
    /// Hillslopes.
    pub hillslopes: Inflow,
    /// Channels.
    pub channels: Inflow,
}

impl WatershedStructure {
    /// Reads `.str`.
    ///
    /// ```
    /// use headwaters_wepp_formats::WatershedStructure;
    ///
    /// let text = "99.1\n2 1 2 3 0 0 0 0 0 0\n2 4 5 0 6 0 0 0 0 0\n";
    /// let file = WatershedStructure::parse(text, "pw0.str")?;
    /// assert_eq!(file.channels[1].channels.left, 6);
    /// assert_eq!(WatershedStructure::parse(&file.to_text()?, "pw0.str")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A malformed record, an impoundment, or a channel that nothing feeds.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        version(&mut reader)?;
        let mut channels = Vec::new();
        loop {
            reader.comments();
            if reader.peek().is_none() {
                break;
            }
            let record = reader.record("element type")?;
            let mut fields = record.fields();
            fields.count("element type", 2..=2)?;
            let mut inflow = |from: &str| -> Result<Inflow, FormatError> {
                Ok(Inflow {
                    left: fields.count(&format!("{from} from the left"), 0..=MOST_CHANNELS)?,
                    right: fields.count(&format!("{from} from the right"), 0..=MOST_CHANNELS)?,
                    top: fields.count(&format!("{from} from the top"), 0..=MOST_CHANNELS)?,
                })
            };
            let (hillslopes, from_channels) = (inflow("hillslope")?, inflow("channel")?);
            if inflow("impoundment")? != Inflow::default() {
                return Err(record.error("impoundment", "no impoundments", record.text));
            }
            fields.end("inflow")?;
            if hillslopes == Inflow::default() && from_channels == Inflow::default() {
                return Err(record.error("inflow", "a hillslope or channel that feeds it", record.text));
            }
            channels.push(ChannelInflow { hillslopes, channels: from_channels });
        }
        if channels.is_empty() {
            return Err(reader.error("element type", "at least one channel", "the end of the file"));
        }
        Ok(Self { channels })
    }

    /// Writes `.str`.
    ///
    /// # Errors
    /// Values that [`WatershedStructure::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new(".str");
        out.real("version", VERSION)?.end();
        for channel in &self.channels {
            out.integer(2);
            for inflow in [channel.hillslopes, channel.channels, Inflow::default()] {
                out.integer(inflow.left).integer(inflow.right).integer(inflow.top);
            }
            out.end();
        }
        let text = out.finish();
        Self::parse(&text, ".str")?;
        Ok(text)
    }
}

/// `.chn`: hydraulics of the channels.
#[derive(Debug, Clone, PartialEq)]
pub struct WatershedChannels {
    /// Method of peak flow and routing: 1 EPIC, 2 CREAMS, 3 kinematic wave, 4 Muskingum-Cunge.
    pub routing: usize,
    /// Ratio of length to width of the watershed, for the peak equations.
    pub length_to_width: f64,
    /// Channels in the order of the structure file.
    pub channels: Vec<Channel>,
}

/// One channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Three lines of description.
    pub description: [String; 3],
    /// Shape: 1 triangular, 2 or 3 naturally eroded.
    pub shape: usize,
    /// Control at the end: 0 none, 1 critical depth, 2 normal flow, 3 both by discharge, 4 rating curve.
    pub control: usize,
    /// Friction slope: 1 calculated, 2 slope of the channel.
    pub friction_slope: usize,
    /// Detail of the channel's output.
    pub output: usize,
    /// Inverse slope of the banks, m/m.
    pub bank_slope: f64,
    /// Manning's n of the bare soil.
    pub manning_bare: f64,
    /// Manning's n of the channel.
    pub manning: f64,
    /// Erodibility, s/m.
    pub erodibility_s_per_m: f64,
    /// Critical shear stress, Pa.
    pub critical_shear_pa: f64,
    /// Depth to a nonerodible layer in mid channel, m.
    pub nonerodible_depth_m: f64,
    /// Depth to a nonerodible layer along the sides, m.
    pub nonerodible_side_depth_m: f64,
    /// Slope of the control section, m/m.
    pub control_slope_m_per_m: f64,
    /// Inverse side slope of the control section, m/m.
    pub control_bank_slope: f64,
    /// Manning's n of the control section.
    pub control_manning: f64,
    /// Coefficient, exponent and offset of the rating curve; only with control 4.
    pub rating_curve: Option<[f64; 3]>,
}

impl WatershedChannels {
    /// Reads `.chn`.
    ///
    /// ```
    /// use headwaters_wepp_formats::WatershedChannels;
    ///
    /// let text = "99.1\n1\n4\n1.5\nchannel\n\n\n2\n4\n2\n0\n10 .03\n.03 1e-6 50 .5 .5\n.1 10 .03\n1 2 3\n";
    /// let file = WatershedChannels::parse(text, "pw0.chn")?;
    /// assert_eq!(file.channels[0].critical_shear_pa, 50.0);
    /// assert_eq!(WatershedChannels::parse(&file.to_text()?, "pw0.chn")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing or malformed record.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        version(&mut reader)?;
        let count = reader.count("number of channels", 1..=MOST_CHANNELS)?;
        let routing = reader.count("ipeak", 1..=4)?;
        let length_to_width = reader.real("length to width ratio")?;
        let mut channels = Vec::new();
        for _ in 0..count {
            channels.push(read_channel(&mut reader)?);
        }
        reader.finish("after the last channel")?;
        Ok(Self { routing, length_to_width, channels })
    }

    /// Writes `.chn`.
    ///
    /// # Errors
    /// Values that [`WatershedChannels::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new(".chn");
        out.real("version", VERSION)?.end();
        out.integer(self.channels.len()).end();
        out.integer(self.routing).end();
        out.real("length to width ratio", self.length_to_width)?.end();
        for channel in &self.channels {
            for line in &channel.description {
                out.raw_line("description", line)?;
            }
            for code in [channel.shape, channel.control, channel.friction_slope, channel.output] {
                out.integer(code).end();
            }
            out.reals([("chnz", channel.bank_slope), ("chnnbr", channel.manning_bare)])?;
            out.reals([
                ("chnn", channel.manning),
                ("chnk", channel.erodibility_s_per_m),
                ("chntcr", channel.critical_shear_pa),
                ("chnedm", channel.nonerodible_depth_m),
                ("chneds", channel.nonerodible_side_depth_m),
            ])?;
            out.reals([
                ("ctlslp", channel.control_slope_m_per_m),
                ("ctlz", channel.control_bank_slope),
                ("ctln", channel.control_manning),
            ])?;
            if let Some([coefficient, exponent, offset]) = channel.rating_curve {
                out.reals([("rccoeff", coefficient), ("rcexp", exponent), ("rcoset", offset)])?;
            }
        }
        let text = out.finish();
        Self::parse(&text, ".chn")?;
        Ok(text)
    }
}

fn version(reader: &mut Reader<'_>) -> Result<(), FormatError> {
    let found = reader.real("version")?;
    if (95.0..100.0).contains(&found) {
        return Ok(());
    }
    Err(reader.error("version", "95 to 99.1", found.to_string()))
}

fn read_channel(reader: &mut Reader<'_>) -> Result<Channel, FormatError> {
    let mut description: [String; 3] = Default::default();
    for line in &mut description {
        reader.raw("description")?.trim().clone_into(line);
    }
    let shape = reader.count("ishape", 1..=3)?;
    let control = reader.count("icntrl", 0..=4)?;
    let friction_slope = reader.count("ienslp", 1..=2)?;
    let output = reader.count("flgout", 0..=10)?;
    let [bank_slope, manning_bare] = reader.reals(["chnz", "chnnbr"])?;
    let [manning, erodibility, critical_shear, depth, side_depth] =
        reader.reals(["chnn", "chnk", "chntcr", "chnedm", "chneds"])?;
    let [control_slope, control_bank_slope, control_manning] = reader.reals(["ctlslp", "ctlz", "ctln"])?;
    Ok(Channel {
        description,
        shape,
        control,
        friction_slope,
        output,
        bank_slope,
        manning_bare,
        manning,
        erodibility_s_per_m: erodibility,
        critical_shear_pa: critical_shear,
        nonerodible_depth_m: depth,
        nonerodible_side_depth_m: side_depth,
        control_slope_m_per_m: control_slope,
        control_bank_slope,
        control_manning,
        rating_curve: if control == 4 { Some(reader.reals(["rccoeff", "rcexp", "rcoset"])?) } else { None },
    })
}

/// `chan.inp`: channels whose flow is printed, and the time step of the routing.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelRouting {
    /// Output level of `chan.out`: 0 nothing to 3 hydrographs.
    pub output: usize,
    /// Time step, s.
    pub time_step_s: f64,
    /// Base flow, m³/s.
    pub base_flow_m3_per_s: f64,
    /// Channels that print.
    pub channels: Vec<usize>,
}

impl ChannelRouting {
    /// Reads `chan.inp`.
    ///
    /// ```
    /// use headwaters_wepp_formats::ChannelRouting;
    ///
    /// let text = "1 600\n0\n2\n1 2\n";
    /// let file = ChannelRouting::parse(text, "chan.inp")?;
    /// assert_eq!(file.time_step_s, 600.0);
    /// assert_eq!(ChannelRouting::parse(&file.to_text()?, "chan.inp")?, file);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// A missing or malformed record.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        let mut fields = reader.record("ichout")?.fields();
        let output = fields.count("ichout", 0..=3)?;
        let time_step_s = fields.real_in("dtchr", 0.0, 86_400.0)?;
        fields.end("dtchr")?;
        let base_flow_m3_per_s = reader.real("cbase")?;
        let count = reader.count("nchnum", 0..=MOST_CHANNELS)?;
        let mut channels = Vec::new();
        if count > 0 {
            let mut fields = reader.record("ichnum")?.fields();
            for _ in 0..count {
                channels.push(fields.count("ichnum", 1..=MOST_CHANNELS)?);
            }
            fields.end("ichnum")?;
        }
        reader.finish("after the channels")?;
        Ok(Self { output, time_step_s, base_flow_m3_per_s, channels })
    }

    /// Writes `chan.inp`.
    ///
    /// # Errors
    /// Values that [`ChannelRouting::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let mut out = Writer::new("chan.inp");
        out.integer(self.output).real("dtchr", self.time_step_s)?.end();
        out.real("cbase", self.base_flow_m3_per_s)?.end();
        out.integer(self.channels.len()).end();
        for channel in &self.channels {
            out.integer(channel);
        }
        out.end();
        let text = out.finish();
        Self::parse(&text, "chan.inp")?;
        Ok(text)
    }
}

/// The answers of a watershed run with existing hillslope pass files. File names are WEPPcloud's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatershedRun {
    /// Pass files of the hillslopes, in element order.
    pub hillslope_passes: Vec<String>,
    /// Years to simulate.
    pub years: usize,
}

/// The answers before the hillslopes, up to the master pass file.
const OPENING: &str = "m\ny\n1\n2\npass_pw0.txt\n";
/// The answers after them: impoundments yes, no initial conditions, annual loss summary, outputs
/// (water balance, soil and events; no crop, plot, graphics, summary, winter, yield, impoundment),
/// the eight input files, no irrigation.
const CLOSING: &str = "\ny\nn\n0\nloss_pw0.txt\ny\nchnwb.txt\nn\ny\nsoil_pw0.txt\nn\nn\ny\nebe_pw0.txt\n\
                       n\nn\nn\nn\npw0.str\npw0.chn\npw0.imp\npw0.man\npw0.slp\npw0.cli\npw0.sol\n0\n";

impl WatershedRun {
    /// Writes the answers.
    ///
    /// ```
    /// use headwaters_wepp_formats::WatershedRun;
    ///
    /// let run = WatershedRun { hillslope_passes: vec!["H1.pass.dat".into(), "H2.pass.dat".into()], years: 30 };
    /// assert_eq!(WatershedRun::parse(&run.to_text()?, "pw0.run")?, run);
    /// # Ok::<(), headwaters_wepp_formats::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// No hillslope, no year, or a file name that WEPP would cut.
    pub fn to_text(&self) -> Result<String, FormatError> {
        let out = Writer::new("pw0.run");
        if self.hillslope_passes.is_empty() || self.years == 0 {
            return Err(out.error("hillslopes", "at least one hillslope and year", "none"));
        }
        let mut text = format!("{OPENING}{}\n", self.hillslope_passes.len());
        for name in &self.hillslope_passes {
            let one_line = name.trim() == name && !name.contains(['\n', '\r']);
            if name.is_empty() || name.chars().count() > LONGEST_FILE_NAME || !one_line {
                let expected = format!("a file name of 1 to {LONGEST_FILE_NAME} characters");
                return Err(out.error("pass file", expected, name));
            }
            text.push_str(&format!("m\ny\n{name}\n"));
        }
        text.push_str(CLOSING);
        text.push_str(&format!("{}\n", self.years));
        Ok(text)
    }

    /// Reads the answers that [`WatershedRun::to_text`] writes.
    ///
    /// # Errors
    /// Other answers.
    pub fn parse(text: &str, file: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new(text, file);
        expect(&mut reader, OPENING)?;
        let count = reader.count("number of hillslopes", 1..=MOST_CHANNELS)?;
        let mut hillslope_passes = Vec::new();
        for _ in 0..count {
            expect(&mut reader, "m\ny\n")?;
            hillslope_passes.push(reader.raw("pass file")?.trim().to_owned());
        }
        expect(&mut reader, CLOSING)?;
        let years = reader.count("years", 1..=10_000)?;
        reader.finish("after the years")?;
        Ok(Self { hillslope_passes, years })
    }
}

fn expect(reader: &mut Reader<'_>, answers: &str) -> Result<(), FormatError> {
    for wanted in answers.lines() {
        let found = reader.raw("answer")?.trim();
        if !found.eq_ignore_ascii_case(wanted) {
            return Err(reader.error("answer", format!("`{wanted}`"), found));
        }
    }
    Ok(())
}
