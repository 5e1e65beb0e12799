//! Features of the current polygon file.

use headwaters_domain::intake::{FeatureOutcome, MapFeature, TemplateFeature, WatershedsInfo};
use sqlx::{QueryBuilder, Sqlite};

use crate::events::{Actor, NewEvent, append};
use crate::{Store, StoreError, StoreResult};

/// One feature as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRecord {
    /// Index in the file.
    pub index: u32,
    /// Feature id as uploaded.
    pub id: Option<serde_json::Value>,
    /// Its properties.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// GeoJSON geometry in lon/lat, when the feature is used.
    pub geometry: Option<String>,
    /// Simplified rings for the map.
    pub rings: Vec<Vec<[f64; 2]>>,
    /// Area on the ellipsoid, m².
    pub area_m2: f64,
    /// Whether it becomes a run.
    pub outcome: FeatureOutcome,
}

type FeatureColumns = (i64, Option<String>, String, Option<String>, String, f64, String);

fn outcome_slug(outcome: FeatureOutcome) -> &'static str {
    match outcome {
        FeatureOutcome::Accepted => "accepted",
        FeatureOutcome::Repaired => "repaired",
        FeatureOutcome::Rejected => "rejected",
    }
}

fn outcome_from(slug: &str) -> StoreResult<FeatureOutcome> {
    match slug {
        "accepted" => Ok(FeatureOutcome::Accepted),
        "repaired" => Ok(FeatureOutcome::Repaired),
        "rejected" => Ok(FeatureOutcome::Rejected),
        other => Err(StoreError::Unknown { what: "feature outcome", value: other.to_owned() }),
    }
}

/// Features per statement: 8 parameters each.
const FEATURES_PER_STATEMENT: usize = 500;

impl Store {
    /// Replaces the polygon file of a batch by validated features.
    pub async fn replace_features(
        &self,
        batch_id: i64,
        info: &WatershedsInfo,
        features: &[FeatureRecord],
        actor: &Actor,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        sqlx::query("delete from feature where batch_id = ?").bind(batch_id).execute(&mut *tx).await?;
        for chunk in features.chunks(FEATURES_PER_STATEMENT) {
            let mut rows = Vec::with_capacity(chunk.len());
            for feature in chunk {
                let documents =
                    (serde_json::to_string(&feature.properties)?, serde_json::to_string(&feature.rings)?);
                rows.push((feature, documents));
            }
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into feature (batch_id, idx, id, properties, geometry, rings, area_m2, outcome) ",
            );
            insert.push_values(rows, |mut row, (feature, (properties, rings))| {
                row.push_bind(batch_id)
                    .push_bind(i64::from(feature.index))
                    .push_bind(feature.id.as_ref().map(ToString::to_string))
                    .push_bind(properties)
                    .push_bind(feature.geometry.as_deref())
                    .push_bind(rings)
                    .push_bind(feature.area_m2)
                    .push_bind(outcome_slug(feature.outcome));
            });
            insert.build().execute(&mut *tx).await?;
        }
        sqlx::query("update batch set watersheds = ? where id = ?")
            .bind(serde_json::to_string(info)?)
            .bind(batch_id)
            .execute(&mut *tx)
            .await?;
        let verb = if info.replaced { "replaced the polygons by" } else { "uploaded" };
        let event = NewEvent {
            event: "watersheds_uploaded",
            summary: format!(
                "{verb} {}: {} of {} features accepted, {} repaired, {} rejected",
                info.filename,
                info.accepted_count,
                info.feature_count,
                info.repaired_count,
                info.rejected_count
            ),
            payload_hash: Some(info.sha256.clone()),
            ..NewEvent::default()
        };
        append(&mut tx, Some(batch_id), actor, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Features of the current polygon file, in file order.
    pub async fn features(&self, batch_id: i64) -> StoreResult<Vec<FeatureRecord>> {
        let rows: Vec<FeatureColumns> = sqlx::query_as(
            "select idx, id, properties, geometry, rings, area_m2, outcome from feature
             where batch_id = ? order by idx",
        )
        .bind(batch_id)
        .fetch_all(&self.readers)
        .await?;
        let record = |(index, id, properties, geometry, rings, area_m2, outcome): FeatureColumns| {
            Ok(FeatureRecord {
                index: index as u32,
                id: crate::document(id)?,
                properties: serde_json::from_str(&properties)?,
                geometry,
                rings: serde_json::from_str(&rings)?,
                area_m2,
                outcome: outcome_from(&outcome)?,
            })
        };
        rows.into_iter().map(record).collect()
    }

    /// Accepted features as a template sees them.
    pub async fn template_features(&self, batch_id: i64) -> StoreResult<Vec<TemplateFeature>> {
        let rows: Vec<(i64, Option<String>, String)> = sqlx::query_as(
            "select idx, id, properties from feature where batch_id = ? and outcome <> 'rejected' order by idx",
        )
        .bind(batch_id)
        .fetch_all(&self.readers)
        .await?;
        let feature = |(index, id, properties): (i64, Option<String>, String)| {
            Ok(TemplateFeature {
                index: index as u32,
                id: crate::document(id)?,
                properties: serde_json::from_str(&properties)?,
            })
        };
        rows.into_iter().map(feature).collect()
    }

    /// All features for the map, with the keys of their runs.
    pub async fn map_features(&self, batch_id: i64, with_keys: bool) -> StoreResult<Vec<MapFeature>> {
        let rows: Vec<(i64, String, String, Option<i64>)> = sqlx::query_as(
            "select feature.idx, feature.rings, feature.outcome, run.key from feature
             left join run on run.batch_id = feature.batch_id and run.idx = feature.idx and run.current = 1
             where feature.batch_id = ? order by feature.idx",
        )
        .bind(batch_id)
        .fetch_all(&self.readers)
        .await?;
        let feature = |(index, rings, outcome, key): (i64, String, String, Option<i64>)| {
            Ok(MapFeature {
                index: index as u32,
                key: key.filter(|_| with_keys).map(|key| key as u32),
                outcome: outcome_from(&outcome)?,
                rings: serde_json::from_str(&rings)?,
            })
        };
        rows.into_iter().map(feature).collect()
    }
}
