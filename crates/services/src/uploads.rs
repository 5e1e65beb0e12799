//! Uploads: validated completely before they take the place of anything.

use geojson::GeometryValue;
use headwaters_data_folder::{Received, SBS_MAP, WATERSHEDS};
use headwaters_domain::TableKind;
use headwaters_domain::controls::{ControlDocument, ControlKind, SbsMode, SbsRaster};
use headwaters_domain::intake::{FeatureOutcome, WatershedsInfo};
use headwaters_intake::{Feature, Intake, Limits, Refusal};
use headwaters_landscape::ColorTable;
use headwaters_pipeline::{TaskStop, burn};
use headwaters_store::{Actor, BatchRecord, FeatureRecord};

use crate::batches;
use crate::error::{ServiceError, ServiceResult};
use crate::services::Services;
use crate::tables;

/// Takes a polygon file. On a refusal the former file stays in place.
pub async fn accept_watersheds(
    services: &Services,
    batch: &BatchRecord,
    filename: &str,
    received: Received,
    actor: &Actor,
) -> ServiceResult<WatershedsInfo> {
    let path = received.path.to_path_buf();
    let validated = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(path)?;
        Ok::<_, std::io::Error>(headwaters_intake::validate(&bytes, &Limits::default()))
    });
    let validated = validated.await.map_err(|error| ServiceError::internal(&error))??;
    let intake = validated.map_err(refused)?;
    let count = |outcome| intake.count(outcome) as u32;
    let repaired_count = count(FeatureOutcome::Repaired);
    let info = WatershedsInfo {
        filename: filename.to_owned(),
        replaced: batch.watersheds.is_some(),
        feature_count: intake.features.len() as u32,
        accepted_count: count(FeatureOutcome::Accepted) + repaired_count,
        repaired_count,
        rejected_count: count(FeatureOutcome::Rejected),
        bbox: intake.bbox,
        epsg: intake.epsg,
        epsg_source: intake.epsg_source.to_owned(),
        attribute_schema: intake.attribute_schema.clone(),
        samples: intake.samples.clone(),
        sha256: received.sha256,
        size_bytes: received.size_bytes,
        uploaded_ms: jiff::Timestamp::now().as_millisecond(),
        uploaded_by: actor.who.clone(),
        findings: intake.findings.clone(),
    };
    let features = records(intake);
    received
        .path
        .persist(services.layout.resources(batch.name.as_str()).join(WATERSHEDS))
        .map_err(|error| error.error)?;
    services.store.replace_features(batch.id, &info, &features, actor).await?;
    services.published().await;
    Ok(info)
}

fn refused(refusal: Refusal) -> ServiceError {
    let details = serde_json::json!({ "reason": refusal.code, "at": refusal.at });
    ServiceError::unprocessable("geojson_refused", refusal.message).with_details(details)
}

fn records(intake: Intake) -> Vec<FeatureRecord> {
    let record = |feature: Feature| {
        let geometry = feature
            .geometry
            .as_ref()
            .map(|polygons| geojson::Geometry::new(GeometryValue::from(polygons)).to_string());
        FeatureRecord {
            index: feature.index,
            id: feature.id,
            properties: feature.properties,
            geometry,
            rings: feature.outline,
            area_m2: feature.area_m2,
            outcome: feature.outcome,
        }
    };
    intake.features.into_iter().map(record).collect()
}

/// Takes a burn-severity raster and selects it in the `sbs` control.
pub async fn accept_sbs_map(
    services: &Services,
    batch: &BatchRecord,
    filename: &str,
    received: Received,
    actor: &Actor,
) -> ServiceResult<ControlDocument> {
    let current = services.store.control(batch.id, ControlKind::Sbs).await?;
    let mut controls = services.store.control_values(batch.id).await?;
    let path = received.path.to_path_buf();
    let settings = controls.sbs.clone();
    let name = filename.to_owned();
    let colors = tables::text(services, batch, TableKind::SeverityColors).await?;
    let colors = ColorTable::parse(&colors.text, &colors.filename)
        .map_err(|fault| ServiceError::unprocessable("table_unreadable", fault.to_string()))?;
    let classified = tokio::task::spawn_blocking(move || burn::classify(&path, &name, &settings, &colors));
    let classified = classified.await.map_err(|error| ServiceError::internal(&error))?;
    let classification = classified.map_err(|stop| {
        let message = match stop {
            TaskStop::Failed(error) => error.message,
            TaskStop::Cancelled => "interrupted".to_owned(),
        };
        ServiceError::unprocessable("sbs_unusable", message)
    })?;
    received
        .path
        .persist(services.layout.resources(batch.name.as_str()).join(SBS_MAP))
        .map_err(|error| error.error)?;
    controls.sbs.mode = SbsMode::Map;
    controls.sbs.map = Some(SbsRaster {
        filename: filename.to_owned(),
        sha256: received.sha256,
        size_bytes: received.size_bytes,
        message: classification.message().to_owned(),
        class_cells: classification.counts(),
    });
    let value = controls.document(ControlKind::Sbs)?;
    batches::store_control(services, batch, ControlKind::Sbs, current.version, &value, actor).await
}
