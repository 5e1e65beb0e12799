//! Stored outcome of validating a run-id template against a polygon file.

use serde::{Deserialize, Serialize};

/// The server's report on a template, and the browser's: both make it with the template crate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateReport {
    /// The template.
    pub template: String,
    /// SHA-256 of the template, hex.
    pub template_hash: String,
    /// SHA-256 of the polygon file, hex.
    pub resource_checksum: String,
    /// SHA-256 of `template + "|" + resource_checksum`, hex.
    pub validation_hash: String,
    /// Counts.
    pub summary: TemplateSummary,
    /// Features whose template failed; at most 50 are stored.
    pub errors: Vec<TemplateFault>,
    /// Run ids that occur more than once (ignoring case); at most 50 are stored.
    pub duplicates: Vec<DuplicateRunId>,
    /// First 20 rows.
    pub preview: Vec<TemplateRow>,
}

/// Counts of a template report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSummary {
    /// Features evaluated.
    pub total_features: u32,
    /// Features whose template failed.
    pub errors: u32,
    /// Run ids shared by several features.
    pub duplicate_run_ids: u32,
    /// Distinct run ids.
    pub unique_run_ids: u32,
    /// Features with a usable run id.
    pub valid_run_ids: u32,
    /// No errors and no duplicates.
    pub is_valid: bool,
}

/// A feature for which the template gave no usable run id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateFault {
    /// Index in the file.
    pub index: u32,
    /// Feature id or naming property.
    pub feature_id: Option<String>,
    /// Reason.
    pub error: String,
}

/// A run id that several features would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateRunId {
    /// The run id as first spelt.
    pub run_id: String,
    /// Number of features.
    pub count: u32,
    /// Their indices in the file.
    pub indexes: Vec<u32>,
}

/// Result of the template for one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateRow {
    /// Index in the file.
    pub index: u32,
    /// Feature id or naming property.
    pub feature_id: Option<String>,
    /// The run id that would be used, when there is one.
    pub run_id: Option<String>,
    /// Text of the template, when path-unsafe characters had to be changed to make the run id.
    pub changed_from: Option<String>,
    /// Reason why there is no usable run id.
    pub error: Option<String>,
}

/// Validity of a stored report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    /// No template yet.
    Missing,
    /// Valid for the current polygon file.
    Ok,
    /// Errors or duplicates.
    Invalid,
    /// The polygon file has changed since.
    Stale,
}
