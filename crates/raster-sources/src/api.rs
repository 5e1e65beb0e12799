//! Services that cut a GeoTIFF out of a data set on request.

use std::sync::Arc;

use headwaters_hash::sha256_hex;
use headwaters_raster::{Bounds, Crs, GridSpec};

use crate::SourceError;
use crate::address::Address;
use crate::budget::Budget;
use crate::config::{Secret, SizeLimits};
use crate::piece::{Declared, Piece, RasterSource, open_piece};
use crate::ranges::Remote;

/// Added around the target on every side, in degrees, so that edge cells have neighbours.
const MARGIN_DEGREES: f64 = 0.003;

/// Boxes are widened to multiples of this, in degrees, so that equal requests are found in the cache.
const STEP_PER_DEGREE: f64 = 1000.0;

/// An OpenTopography-style service: parameters in the address, a GeoTIFF as answer.
pub(crate) struct CutoutService {
    pub name: String,
    pub url: url::Url,
    pub dataset_parameter: String,
    pub dataset: String,
    pub api_key: Option<Secret>,
    pub remote: Remote,
    pub declared: Declared,
    pub limits: SizeLimits,
}

impl RasterSource for CutoutService {
    fn name(&self) -> &str {
        &self.name
    }

    fn pieces(&self, target: &GridSpec, budget: &Arc<Budget>) -> Result<Vec<Piece>, SourceError> {
        let address = self.address(target.bounds_in(&Crs::wgs84())?);
        let name = address.name.clone();
        let Some(bytes) = self.bytes(&address, budget)? else { return Ok(Vec::new()) };
        let version = format!("sha256 {}", sha256_hex(&bytes));
        open_piece(Arc::new(bytes), name, version, &self.declared, self.limits).map(|piece| vec![piece])
    }
}

impl CutoutService {
    fn address(&self, lon_lat: Bounds) -> Address {
        let wide = lon_lat.grown(MARGIN_DEGREES);
        let down = |value: f64| format!("{:.3}", (value * STEP_PER_DEGREE).floor() / STEP_PER_DEGREE);
        let up = |value: f64| format!("{:.3}", (value * STEP_PER_DEGREE).ceil() / STEP_PER_DEGREE);
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair(&self.dataset_parameter, &self.dataset)
            .append_pair("south", &down(wide.south))
            .append_pair("north", &up(wide.north))
            .append_pair("west", &down(wide.west))
            .append_pair("east", &up(wide.east))
            .append_pair("outputFormat", "GTiff");
        let shown = url.to_string();
        if let Some(key) = &self.api_key {
            url.query_pairs_mut().append_pair("API_Key", key.expose());
        }
        Address::secret(shown, url)
    }

    /// The cut-out, from the cache or the service; `None` when the service has no data there.
    fn bytes(&self, address: &Address, budget: &Budget) -> Result<Option<Vec<u8>>, SourceError> {
        let cache = self.remote.cache.as_ref();
        if let Some(bytes) = cache.and_then(|cache| cache.get(&address.name)) {
            return Ok(Some(bytes));
        }
        let answer =
            budget.get(&self.remote.http, address, None, 0).map_err(|error| self.without_key(error))?;
        if answer.empty || answer.body.is_empty() {
            return Ok(None);
        }
        // Services report some failures as text with status 200; only rasters may enter the cache.
        if !is_tiff(&answer.body) {
            let text = String::from_utf8_lossy(&answer.body);
            let message = text.trim().chars().take(300).collect();
            let name = address.name.clone();
            return Err(self.without_key(SourceError::Refused { name, status: 200, message }));
        }
        if let Some(cache) = cache {
            cache.put(&address.name, &answer.body, self.remote.http.now())?;
        }
        Ok(Some(answer.body))
    }

    /// Services may repeat the key in their messages; ours must not.
    fn without_key(&self, error: SourceError) -> SourceError {
        let clean = |text: String| match &self.api_key {
            Some(key) if !key.expose().is_empty() => text.replace(key.expose(), "***"),
            _ => text,
        };
        match error {
            SourceError::Refused { name, status, message } => {
                SourceError::Refused { name, status, message: clean(message) }
            }
            SourceError::Unavailable { name, attempts, reason } => {
                SourceError::Unavailable { name, attempts, reason: clean(reason) }
            }
            other => other,
        }
    }
}

fn is_tiff(bytes: &[u8]) -> bool {
    matches!(bytes.get(..4), Some([b'I', b'I', 42 | 43, 0] | [b'M', b'M', 0, 42 | 43]))
}
