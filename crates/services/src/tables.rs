//! The landscape tables of a batch: its own where it has one, else the config's, else the program's.

use std::collections::BTreeMap;
use std::path::Path;

use headwaters_domain::controls::Controls;
use headwaters_domain::{TableDocument, TableKind, TableOrigin};
use headwaters_hash::sha256_hex;
use headwaters_landscape::{
    BurnTable, ClassOrigin, ColorTable, CoverTable, DisturbedTable, SoilTable, TableError, UnknownClass,
    ValueMap, count_rows, unknown_classes,
};
use headwaters_pipeline::config::{Config, CoverCodes, shown};
use headwaters_store::{Actor, BatchRecord, OwnTable};

use crate::error::{ServiceError, ServiceResult};
use crate::services::Services;

/// Findings shown per table.
const SHOWN_FINDINGS: usize = 20;

/// A table in use.
#[derive(Clone, Debug)]
pub struct TableText {
    /// Which table.
    pub kind: TableKind,
    /// Where it comes from.
    pub origin: TableOrigin,
    /// Its file, as messages name it.
    pub filename: String,
    /// Its text.
    pub text: String,
}

/// The text the program brings along.
fn built_in(kind: TableKind, config: &Config) -> (&'static str, &'static str) {
    let codes = config.landcover.as_ref().and_then(|entry| entry.classes);
    match (kind, codes) {
        (TableKind::Covers, _) => ("covers.csv", CoverTable::BUILT_IN),
        (TableKind::Disturbed, _) => ("disturbed.csv", DisturbedTable::BUILT_IN),
        (TableKind::Burn, _) => ("burned.csv", BurnTable::BUILT_IN),
        (TableKind::Soils, _) => ("soils.csv", SoilTable::BUILT_IN),
        (TableKind::SeverityColors, _) => ("sbs_colors.csv", ColorTable::BUILT_IN),
        (TableKind::Landcover, Some(CoverCodes::LandfireEvt)) => ("landfire_evt.csv", ValueMap::LANDFIRE_EVT),
        (TableKind::Landcover, _) => ("nlcd.csv", ValueMap::NLCD),
    }
}

/// The table in use, read but not checked.
///
/// # Errors
/// A sentence, when a file the config names cannot be read.
pub fn in_use(kind: TableKind, own: &[OwnTable], config: &Config, data: &Path) -> Result<TableText, String> {
    if let Some(own) = own.iter().find(|own| own.kind == kind) {
        let (filename, text) = (own.filename.clone(), own.content.clone());
        return Ok(TableText { kind, origin: TableOrigin::Batch, filename, text });
    }
    if let Some(path) = config.table(kind, data) {
        let path = data.join(path);
        let filename = shown(&path, data);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{filename}, a table that the config names: {error}"))?;
        return Ok(TableText { kind, origin: TableOrigin::Config, filename, text });
    }
    let (filename, text) = built_in(kind, config);
    Ok(TableText { kind, origin: TableOrigin::BuiltIn, filename: filename.to_owned(), text: text.to_owned() })
}

/// Whether a text is such a table.
fn check(kind: TableKind, text: &str, name: &str) -> Result<(), TableError> {
    match kind {
        TableKind::Covers => CoverTable::parse(text, name).map(drop),
        TableKind::Disturbed => DisturbedTable::parse(text, name).map(drop),
        TableKind::Burn => BurnTable::parse(text, name).map(drop),
        TableKind::Soils => SoilTable::parse(text, name).map(drop),
        TableKind::Landcover => ValueMap::parse(text, name).map(drop),
        TableKind::SeverityColors => ColorTable::parse(text, name).map(drop),
    }?;
    if count_rows(text) == 0 {
        let (table, found) = (name.to_owned(), String::new());
        let (column, expected) = ("record".to_owned(), "at least one row".to_owned());
        return Err(TableError { table, line: 1, column, found, expected });
    }
    Ok(())
}

/// The table in use, checked.
///
/// # Errors
/// A sentence that names file, line and column.
pub fn checked(kind: TableKind, own: &[OwnTable], config: &Config, data: &Path) -> Result<TableText, String> {
    let table = in_use(kind, own, config, data)?;
    check(kind, &table.text, &table.filename).map_err(|fault| fault.to_string())?;
    Ok(table)
}

fn config_of(services: &Services, batch: &BatchRecord) -> ServiceResult<Config> {
    services.configs.load(&batch.config).map_err(|error| {
        ServiceError::conflict("not_ready", format!("config {} cannot be used: {error}", batch.config))
    })
}

/// All tables of a batch, with what does not fit together.
pub async fn list(services: &Services, batch: &BatchRecord) -> ServiceResult<Vec<TableDocument>> {
    let own = services.store.own_tables(batch.id).await?;
    let config = config_of(services, batch)?;
    let controls = services.store.control_values(batch.id).await?;
    let read = TableKind::ALL.map(|kind| (kind, in_use(kind, &own, &config, services.layout.data())));
    let texts: BTreeMap<TableKind, &str> =
        read.iter().filter_map(|(kind, read)| Some((*kind, read.as_ref().ok()?.text.as_str()))).collect();
    let misfits = misfits(&texts, &controls);
    let document = |(kind, read): &(TableKind, Result<TableText, String>)| {
        let mine = own.iter().find(|own| own.kind == *kind);
        let (text, fault) = match read {
            Ok(table) => (table.text.as_str(), check(*kind, &table.text, &table.filename).err()),
            Err(_) => ("", None),
        };
        let fault = fault.map(|fault| fault.to_string()).or_else(|| read.as_ref().err().cloned());
        let unknown = misfits.iter().filter(|(of, _)| of == kind).map(|(_, finding)| finding.clone());
        TableDocument {
            kind: *kind,
            origin: read.as_ref().map_or(TableOrigin::Config, |table| table.origin),
            filename: read.as_ref().map_or_else(|_| String::new(), |table| table.filename.clone()),
            rows: fault.is_none().then(|| count_rows(text) as u32),
            sha256: sha256_hex(text.as_bytes()),
            updated_by: mine.map(|own| own.updated_by.clone()),
            updated_ms: mine.map(|own| own.updated_ms),
            findings: shortened(fault.into_iter().chain(unknown).collect()),
        }
    };
    Ok(read.iter().map(document).collect())
}

/// The first findings, and how many more there are.
fn shortened(mut findings: Vec<String>) -> Vec<String> {
    let more = findings.len().saturating_sub(SHOWN_FINDINGS);
    if more > 0 {
        findings.truncate(SHOWN_FINDINGS);
        findings.push(format!("and {more} more"));
    }
    findings
}

/// Classes that one table leads to and another does not know, by the table that leads to them; nothing while one of the
/// tables cannot be read.
fn misfits(texts: &BTreeMap<TableKind, &str>, controls: &Controls) -> Vec<(TableKind, String)> {
    let parsed = || {
        let landcover = texts.get(&TableKind::Landcover);
        let landcover = landcover.filter(|_| !TableKind::Landcover.read_by(controls).is_empty());
        let landcover = landcover.and_then(|text| ValueMap::parse(text, "").ok());
        let burn = BurnTable::parse(texts.get(&TableKind::Burn)?, "").ok()?;
        let covers = CoverTable::parse(texts.get(&TableKind::Covers)?, "").ok()?;
        let disturbed = DisturbedTable::parse(texts.get(&TableKind::Disturbed)?, "").ok()?;
        Some(unknown_classes(landcover.as_ref(), &burn, &covers, &disturbed))
    };
    let finding = |unknown: UnknownClass| {
        let class = &unknown.class;
        let kind = match unknown.origin {
            ClassOrigin::Landcover => TableKind::Landcover,
            ClassOrigin::Fire => TableKind::Burn,
        };
        let message = match unknown.lacks_cover {
            true => format!("`{class}` has no row in Covers: a watershed with it will fail"),
            false => format!("`{class}` has no row in Disturbed soils: its soil stays as it is"),
        };
        (kind, message)
    };
    parsed().unwrap_or_default().into_iter().map(finding).collect()
}

/// Text of the table in use.
pub async fn text(services: &Services, batch: &BatchRecord, kind: TableKind) -> ServiceResult<TableText> {
    let own = services.store.own_tables(batch.id).await?;
    let config = config_of(services, batch)?;
    in_use(kind, &own, &config, services.layout.data())
        .map_err(|reason| ServiceError::conflict("table_unreadable", reason))
}

/// Gives the batch a table of its own. A faulty one is refused, and the one in use stays.
pub async fn replace(
    services: &Services,
    batch: &BatchRecord,
    kind: TableKind,
    filename: &str,
    content: &[u8],
    actor: &Actor,
) -> ServiceResult<Vec<TableDocument>> {
    let content = std::str::from_utf8(content).map_err(|error| {
        let line = content[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        let message = format!("{filename}, line {line}: not UTF-8 text; save the table as CSV in UTF-8");
        ServiceError::unprocessable("table_refused", message)
    })?;
    check(kind, content, filename).map_err(|fault| {
        let details = serde_json::json!({
            "line": fault.line, "column": fault.column, "found": fault.found, "expected": fault.expected,
        });
        ServiceError::unprocessable("table_refused", format!("the table was not accepted: {fault}"))
            .with_details(details)
    })?;
    services.store.set_table(batch.id, kind, filename, content, actor).await?;
    services.published().await;
    list(services, batch).await
}

/// Goes back to the config's table, or the program's.
pub async fn reset(
    services: &Services,
    batch: &BatchRecord,
    kind: TableKind,
    actor: &Actor,
) -> ServiceResult<Vec<TableDocument>> {
    if services.store.remove_table(batch.id, kind, actor).await? {
        services.published().await;
    }
    list(services, batch).await
}
