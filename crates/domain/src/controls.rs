//! The controls of a `_base` project: one typed, versioned document each.

mod channels;
mod climate;
mod field;
mod landuse;
mod sbs;
mod soils;
mod subcatchments;
mod wepp;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::FieldError;
use crate::task::{TaskKind, TaskSet};
pub use channels::{Channels, Conditioning, OutletMode};
pub use climate::{Climate, ClimateSource, PrecipitationScaling, StationChoice};
pub use field::{Choice, Condition, Engines, FieldDescriptor, FieldType, Variant, at, put};
pub use landuse::{Landuse, LanduseMode};
pub use sbs::{Sbs, SbsMode, SbsRaster, Severity};
pub use soils::{SoilMode, Soils};
pub use subcatchments::{Numbering, Subcatchments};
pub use wepp::{EngineChoice, EvapotranspirationMethod, Wepp};

/// A control: a typed document with a descriptor per field.
pub trait Control: Default + PartialEq + Serialize + DeserializeOwned {
    /// One row per field, in the order of the form.
    const FIELDS: &'static [FieldDescriptor];

    /// Faults that no single field's type and range can express.
    fn conflicts(&self) -> Vec<FieldError> {
        Vec::new()
    }

    /// Every fault of the document. What depends on tables, stations or executables is checked where those are.
    fn validate(&self) -> Vec<FieldError> {
        let document = serde_json::to_value(self).unwrap_or_default();
        let mut faults = field::range_faults(Self::FIELDS, &document);
        // An optional number that JSON cannot hold (infinite, not a number) would be stored as absent.
        if faults.is_empty() && serde_json::from_value(document).ok().as_ref() != Some(self) {
            faults.push(FieldError::new("", "not_finite", "give finite numbers"));
        }
        faults.extend(self.conflicts());
        faults
    }
}

/// Declares the controls: from each row a variant of [`ControlKind`], a member of [`Controls`] named by its slug, and its
/// part in everything that goes through all of them. The order of the rows is that of the page.
macro_rules! controls {
    ($($(#[$doc:meta])* $control:ident => $slug:ident, $label:literal;)*) => {
        /// A control of a base project.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ControlKind {
            $($(#[$doc])* $control,)*
        }

        impl ControlKind {
            /// Every control in page order.
            pub const ALL: [ControlKind; [$(ControlKind::$control),*].len()] = [$(ControlKind::$control),*];

            /// Stable identifier in SQL, URLs and JSON.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(ControlKind::$control => stringify!($slug),)*
                }
            }

            /// Heading on the controls page.
            pub const fn label(self) -> &'static str {
                match self {
                    $(ControlKind::$control => $label,)*
                }
            }

            /// One row per field, in the order of the form.
            pub const fn fields(self) -> &'static [FieldDescriptor] {
                match self {
                    $(ControlKind::$control => <$control as Control>::FIELDS,)*
                }
            }
        }

        /// Settings of all controls of a project: what a run's snapshot holds.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Controls {
            $($(#[$doc])* pub $slug: $control,)*
        }

        impl Controls {
            /// Every fault of one control; paths are those of its document.
            fn faults(&self, kind: ControlKind) -> Vec<FieldError> {
                match kind {
                    $(ControlKind::$control => self.$slug.validate(),)*
                }
            }

            /// The document of one control as JSON.
            pub fn document(&self, kind: ControlKind) -> serde_json::Result<Value> {
                match kind {
                    $(ControlKind::$control => serde_json::to_value(&self.$slug),)*
                }
            }

            /// Replaces the document of one control. Unknown fields and wrong types are errors.
            pub fn set_document(&mut self, kind: ControlKind, value: Value) -> serde_json::Result<()> {
                match kind {
                    $(ControlKind::$control => self.$slug = serde_json::from_value(value)?,)*
                }
                Ok(())
            }
        }
    };
}

controls! {
    /// Soil burn severity.
    Sbs => sbs, "Soil burn severity";
    /// Channel delineation and outlet.
    Channels => channels, "Channels and outlet";
    /// Subcatchments and hillslope profiles.
    Subcatchments => subcatchments, "Subcatchments";
    /// Land use.
    Landuse => landuse, "Land use";
    /// Soils.
    Soils => soils, "Soils";
    /// Climate.
    Climate => climate, "Climate";
    /// Erosion engine.
    Wepp => wepp, "Erosion";
}

impl ControlKind {
    /// The control with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Tasks that read this control; they and their descendants are stale when it changes.
    pub fn read_by(self) -> TaskSet {
        TaskKind::ALL.into_iter().filter(|task| task.descriptor().controls.contains(&self)).collect()
    }
}

impl Controls {
    /// Every fault of every control; paths begin with the control's slug.
    pub fn validate(&self) -> Vec<FieldError> {
        let prefixed = |kind: ControlKind| {
            let path = move |path: &str| match path {
                "" => kind.slug().to_owned(),
                path => format!("{}.{path}", kind.slug()),
            };
            let faults = self.faults(kind).into_iter();
            faults.map(move |fault| FieldError { path: path(&fault.path), ..fault })
        };
        ControlKind::ALL.into_iter().flat_map(prefixed).collect()
    }

    /// The part of a control's document that the keys of its readers are made of: without the fields that releases after
    /// 0.1.0 added, as far as they have their defaults. None when nothing is left: a control that a later release added
    /// and nobody changed is no part of a key.
    pub fn key_document(&self, kind: ControlKind) -> serde_json::Result<Option<Value>> {
        let defaults = Controls::default().document(kind)?;
        let document = field::without_later_defaults(kind.fields(), self.document(kind)?, &defaults);
        Ok(Some(document).filter(|document| document.as_object().is_none_or(|members| !members.is_empty())))
    }
}

/// Everything about a control that does not depend on a batch, for the API documentation and the command line.
#[derive(Clone, Debug, Serialize)]
pub struct ControlDescription {
    /// The control.
    pub kind: ControlKind,
    /// Heading on the controls page.
    pub label: &'static str,
    /// Tasks that read it.
    pub read_by: TaskSet,
    /// One row per field, in the order of the form.
    pub fields: &'static [FieldDescriptor],
    /// The document that a config without settings of its own gives a batch.
    pub defaults: Value,
}

/// Descriptions of all controls, in page order.
pub fn describe_controls() -> serde_json::Result<Vec<ControlDescription>> {
    let defaults = Controls::default();
    let description = |kind: ControlKind| {
        Ok(ControlDescription {
            kind,
            label: kind.label(),
            read_by: kind.read_by(),
            fields: kind.fields(),
            defaults: defaults.document(kind)?,
        })
    };
    ControlKind::ALL.into_iter().map(description).collect()
}

/// One control as the API shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlDocument {
    /// The control.
    pub kind: ControlKind,
    /// Version, 1 at creation; the `If-Match` header of a write must name it as `"<version>"`.
    pub version: u32,
    /// Current value.
    pub value: Value,
    /// Defaults from the config.
    pub defaults: Value,
    /// User who changed it last.
    pub updated_by: String,
    /// Time of that change, milliseconds since 1970.
    pub updated_ms: i64,
}

#[cfg(test)]
mod tests;
