//! Descriptions of the controls, for the API documentation and the command line.

use serde::Serialize;
use serde_json::Value;

use crate::controls::{ControlKind, Controls, FieldDescriptor};
use crate::task::TaskSet;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::controls::at;

    #[test]
    fn descriptions_can_be_written_as_json() {
        let descriptions = describe_controls().expect("plain data");
        let json = serde_json::to_value(&descriptions).expect("plain data");
        assert_eq!(at(&json, "1.fields.0.path"), Some(&json!("critical_source_area_ha")));
        assert_eq!(at(&json, "1.fields.0.value.unit"), Some(&json!("ha")));
        assert_eq!(at(&json, "1.read_by.0"), Some(&json!("fetch_dem")));
    }
}
