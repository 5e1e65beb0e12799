//! The report on a template, computed alike by browser and server.

use std::collections::HashMap;

use headwaters_domain::intake::TemplateFeature;
use headwaters_domain::template::{
    DuplicateRunId, TemplateFault, TemplateReport, TemplateRow, TemplateSummary,
};
use headwaters_hash::sha256_hex;

use crate::{Template, run_id};

/// Rows of the stored preview.
const PREVIEW_ROWS: usize = 20;
/// Stored errors and duplicates.
const STORED_FAULTS: usize = 50;

/// Result of a template for all features.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Counts.
    pub summary: TemplateSummary,
    /// Run ids that occur more than once.
    pub duplicates: Vec<DuplicateRunId>,
    /// A row per feature.
    pub rows: Vec<TemplateRow>,
}

/// Evaluates a template for every feature; the browser calls it on every keystroke.
///
/// ```
/// use headwaters_domain::intake::TemplateFeature;
/// use headwaters_template::evaluate;
///
/// let feature = |index| TemplateFeature { index, id: None, properties: Default::default() };
/// let evaluation = evaluate("creek", &[feature(0), feature(1)]);
/// assert_eq!((evaluation.summary.valid_run_ids, evaluation.duplicates[0].count), (2, 2));
/// assert!(!evaluation.summary.is_valid, "run ids must be unique");
/// ```
pub fn evaluate(template: &str, features: &[TemplateFeature]) -> Evaluation {
    let template = template.trim();
    let rows: Vec<TemplateRow> = match Template::parse(template) {
        Ok(parsed) => features.iter().map(|feature| row(&parsed, feature)).collect(),
        Err(fault) => {
            let failed = |feature: &TemplateFeature| failure(feature, fault.message.clone());
            features.iter().map(failed).collect()
        }
    };
    let (unique, duplicates) = duplicates(&rows);
    let errors = rows.iter().filter(|row| row.error.is_some()).count();
    let summary = TemplateSummary {
        total_features: rows.len() as u32,
        errors: errors as u32,
        duplicate_run_ids: duplicates.len() as u32,
        unique_run_ids: unique as u32,
        valid_run_ids: (rows.len() - errors) as u32,
        is_valid: !rows.is_empty() && errors == 0 && duplicates.is_empty(),
    };
    Evaluation { summary, duplicates, rows }
}

/// Evaluates a template for every feature. Returns the report to store and all rows.
///
/// ```
/// use headwaters_domain::intake::TemplateFeature;
/// use headwaters_template::report;
///
/// let features = [TemplateFeature { index: 0, id: None, properties: Default::default() }];
/// let (report, rows) = report("creek-{index}", &features, "checksum of the polygon file");
/// assert!(report.summary.is_valid);
/// assert_eq!(rows[0].run_id.as_deref(), Some("creek-0"));
/// ```
pub fn report(
    template: &str,
    features: &[TemplateFeature],
    sha256: &str,
) -> (TemplateReport, Vec<TemplateRow>) {
    let template = template.trim();
    let Evaluation { summary, duplicates, rows } = evaluate(template, features);
    let errors = rows.iter().filter(|row| row.error.is_some());
    let stored_errors = errors.take(STORED_FAULTS).map(|row| TemplateFault {
        index: row.index,
        feature_id: row.feature_id.clone(),
        error: row.error.clone().unwrap_or_default(),
    });
    let report = TemplateReport {
        template: template.to_owned(),
        template_hash: sha256_hex(template),
        resource_checksum: sha256.to_owned(),
        validation_hash: sha256_hex(format!("{template}|{sha256}")),
        summary,
        errors: stored_errors.collect(),
        duplicates: duplicates.into_iter().take(STORED_FAULTS).collect(),
        preview: rows.iter().take(PREVIEW_ROWS).cloned().collect(),
    };
    (report, rows)
}

fn row(template: &Template, feature: &TemplateFeature) -> TemplateRow {
    let text = match template.evaluate(feature) {
        Ok(text) => text,
        Err(fault) => return failure(feature, fault.message),
    };
    match run_id::sanitise(&text) {
        Ok(run_id) => TemplateRow {
            index: feature.index,
            feature_id: feature.label(),
            changed_from: (run_id != text).then(|| text.clone()),
            run_id: Some(run_id.into_owned()),
            error: None,
        },
        Err(fault) => TemplateRow { changed_from: Some(text), ..failure(feature, fault.to_string()) },
    }
}

fn failure(feature: &TemplateFeature, error: String) -> TemplateRow {
    TemplateRow {
        index: feature.index,
        feature_id: feature.label(),
        run_id: None,
        changed_from: None,
        error: Some(error),
    }
}

/// Number of distinct run ids and those that occur more than once, ignoring case, in order of appearance.
fn duplicates(rows: &[TemplateRow]) -> (usize, Vec<DuplicateRunId>) {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    let mut groups: Vec<DuplicateRunId> = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(run_id) = &row.run_id else { continue };
        let place = *places.entry(run_id.to_ascii_lowercase()).or_insert_with(|| {
            groups.push(DuplicateRunId { run_id: run_id.clone(), count: 0, indexes: Vec::new() });
            groups.len() - 1
        });
        groups[place].count += 1;
        groups[place].indexes.push(row.index);
    }
    let unique = groups.len();
    groups.retain(|group| group.count > 1);
    (unique, groups)
}
