//! The controls of a `_base` project: one typed, versioned document each.

mod channels;
mod climate;
mod landuse;
mod sbs;
mod soils;
mod subcatchments;
mod wepp;

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::task::{TaskKind, TaskSet};
pub use channels::{Channels, Conditioning, OutletMode};
pub use climate::{Climate, ClimateSource, PrecipitationScaling, StationChoice};
pub use landuse::{Landuse, LanduseMode};
pub use sbs::{Sbs, SbsMode, SbsRaster, Severity};
pub use soils::{SoilMode, Soils};
pub use subcatchments::{Numbering, Subcatchments};
pub use wepp::{EngineChoice, EvapotranspirationMethod, Wepp};

/// Which control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    /// Soil burn severity.
    Sbs,
    /// Channel delineation and outlet.
    Channels,
    /// Subcatchments and hillslope profiles.
    Subcatchments,
    /// Land use.
    Landuse,
    /// Soils.
    Soils,
    /// Climate.
    Climate,
    /// Erosion engine.
    Wepp,
}

impl ControlKind {
    /// Every control in page order.
    pub const ALL: [ControlKind; 7] = [
        ControlKind::Sbs,
        ControlKind::Channels,
        ControlKind::Subcatchments,
        ControlKind::Landuse,
        ControlKind::Soils,
        ControlKind::Climate,
        ControlKind::Wepp,
    ];

    /// Stable identifier in SQL, URLs and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            ControlKind::Sbs => "sbs",
            ControlKind::Channels => "channels",
            ControlKind::Subcatchments => "subcatchments",
            ControlKind::Landuse => "landuse",
            ControlKind::Soils => "soils",
            ControlKind::Climate => "climate",
            ControlKind::Wepp => "wepp",
        }
    }

    /// The control with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Heading on the controls page.
    pub const fn label(self) -> &'static str {
        match self {
            ControlKind::Sbs => "Soil burn severity",
            ControlKind::Channels => "Channels and outlet",
            ControlKind::Subcatchments => "Subcatchments",
            ControlKind::Landuse => "Land use",
            ControlKind::Soils => "Soils",
            ControlKind::Climate => "Climate",
            ControlKind::Wepp => "Erosion",
        }
    }

    /// Tasks that read this control; they and their descendants are stale when it changes.
    pub fn read_by(self) -> TaskSet {
        let tasks = match self {
            ControlKind::Sbs => vec![TaskKind::Landuse, TaskKind::Soils],
            ControlKind::Channels => vec![TaskKind::FetchDem, TaskKind::BuildChannels, TaskKind::FindOutlet],
            ControlKind::Subcatchments => vec![TaskKind::BuildSubcatchments, TaskKind::AbstractWatershed],
            ControlKind::Landuse => vec![TaskKind::Landuse],
            ControlKind::Soils => vec![TaskKind::Soils],
            ControlKind::Climate => vec![TaskKind::Climate],
            ControlKind::Wepp => vec![TaskKind::Wepp],
        };
        TaskSet::from(tasks)
    }
}

/// Settings of all controls of a project: what a run's snapshot holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Controls {
    /// Soil burn severity.
    pub sbs: Sbs,
    /// Channel delineation and outlet.
    pub channels: Channels,
    /// Subcatchments and hillslope profiles.
    pub subcatchments: Subcatchments,
    /// Land use.
    pub landuse: Landuse,
    /// Soils.
    pub soils: Soils,
    /// Climate.
    pub climate: Climate,
    /// Erosion engine.
    pub wepp: Wepp,
}

impl Controls {
    /// Every fault of every control; paths begin with the control's slug.
    pub fn validate(&self) -> Vec<FieldError> {
        let documents = [
            (ControlKind::Sbs, self.sbs.validate()),
            (ControlKind::Channels, self.channels.validate()),
            (ControlKind::Subcatchments, self.subcatchments.validate()),
            (ControlKind::Landuse, self.landuse.validate()),
            (ControlKind::Soils, self.soils.validate()),
            (ControlKind::Climate, self.climate.validate()),
            (ControlKind::Wepp, self.wepp.validate()),
        ];
        let prefixed = |(kind, faults): (ControlKind, Vec<FieldError>)| {
            faults
                .into_iter()
                .map(move |fault| FieldError { path: format!("{}.{}", kind.slug(), fault.path), ..fault })
        };
        documents.into_iter().flat_map(prefixed).collect()
    }

    /// The document of one control as JSON.
    pub fn document(&self, kind: ControlKind) -> serde_json::Result<serde_json::Value> {
        match kind {
            ControlKind::Sbs => serde_json::to_value(&self.sbs),
            ControlKind::Channels => serde_json::to_value(&self.channels),
            ControlKind::Subcatchments => serde_json::to_value(&self.subcatchments),
            ControlKind::Landuse => serde_json::to_value(&self.landuse),
            ControlKind::Soils => serde_json::to_value(&self.soils),
            ControlKind::Climate => serde_json::to_value(&self.climate),
            ControlKind::Wepp => serde_json::to_value(&self.wepp),
        }
    }

    /// Replaces the document of one control. Unknown fields and wrong types are errors.
    pub fn set_document(&mut self, kind: ControlKind, value: serde_json::Value) -> serde_json::Result<()> {
        match kind {
            ControlKind::Sbs => self.sbs = serde_json::from_value(value)?,
            ControlKind::Channels => self.channels = serde_json::from_value(value)?,
            ControlKind::Subcatchments => self.subcatchments = serde_json::from_value(value)?,
            ControlKind::Landuse => self.landuse = serde_json::from_value(value)?,
            ControlKind::Soils => self.soils = serde_json::from_value(value)?,
            ControlKind::Climate => self.climate = serde_json::from_value(value)?,
            ControlKind::Wepp => self.wepp = serde_json::from_value(value)?,
        }
        Ok(())
    }
}

/// One control as the API shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlDocument {
    /// Which control.
    pub kind: ControlKind,
    /// Version, 1 at creation; the `If-Match` header of a write must name it as `"<version>"`.
    pub version: u32,
    /// Current value.
    pub value: serde_json::Value,
    /// Defaults from the config.
    pub defaults: serde_json::Value,
    /// Who changed it last.
    pub updated_by: String,
    /// When, milliseconds since 1970.
    pub updated_ms: i64,
}

/// A range check that reports in the form's own words.
fn check_range(
    faults: &mut Vec<FieldError>,
    path: &str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    unit: &str,
) {
    if !range.contains(&value) {
        let (low, high) = range.into_inner();
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        faults.push(FieldError::new(
            path,
            "out_of_range",
            format!("give a value from {low} to {high}{unit}"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_survive_the_wire() {
        let controls = Controls::default();
        assert_eq!(controls.validate(), []);
        let mut copy = Controls::default();
        for kind in ControlKind::ALL {
            let document = controls.document(kind).expect("plain data");
            copy.set_document(kind, document).expect("own output is accepted");
            assert_eq!(ControlKind::from_slug(kind.slug()), Some(kind));
        }
        assert_eq!(copy, controls);
    }

    #[test]
    fn a_misspelt_setting_is_refused_instead_of_ignored() {
        let mut controls = Controls::default();
        let typo = serde_json::json!({ "critical_source_area": 5.0 });
        assert!(controls.set_document(ControlKind::Channels, typo).is_err());
    }
}
