//! An outlet set by an administrator.

use headwaters_raster::{Cell, Crs, CrsError, GridSpec, Transformer};

use super::verdict::Assessment;
use super::{
    Finding, Network, OutletOptions, OutletReport, Shared, Status, Strategy, Target, check_shapes,
    trace_outlet,
};
use crate::CellSize;
use crate::error::FlowError;
use crate::streams::snap_to_stream;

/// Requested position of an outlet, and the stream cell it was snapped to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutletOverride {
    /// Requested longitude, degrees.
    pub lon: f64,
    /// Requested latitude, degrees.
    pub lat: f64,
    /// Cell that contains the requested point.
    pub requested: Cell,
    /// Stream cell it was snapped to.
    pub snapped: Cell,
    /// Distance between the two cells' centres, metres.
    pub moved_m: f64,
}

/// Refusal of an outlet set by hand.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OverrideError {
    /// The point is not on the DEM.
    #[error(
        "the requested outlet {lon}, {lat} lies outside the DEM: choose a nearer point, or a wider margin around the polygon"
    )]
    OutsideDem {
        /// Requested longitude.
        lon: f64,
        /// Requested latitude.
        lat: f64,
    },
    /// No stream near enough.
    #[error(
        "no stream within {max_distance_m} m of the requested outlet {lon}, {lat}: move it or lower the critical source area"
    )]
    NoStream {
        /// Requested longitude.
        lon: f64,
        /// Requested latitude.
        lat: f64,
        /// Search distance, metres.
        max_distance_m: f64,
    },
    /// The point cannot be brought into the DEM's coordinate system.
    #[error("the requested outlet cannot be projected: {0}")]
    Projection(#[from] CrsError),
    /// The network is unusable.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Sets the outlet to the stream cell nearest to `lon`, `lat` (WGS 84) on the frame of the DEM. The report gives the
/// agreement of its basin with the polygon, but disagreement does not fail an outlet set by hand: it then needs review.
///
/// # Errors
/// [`OverrideError`].
pub fn override_outlet(
    network: Network<'_>,
    target: &Target,
    (lon, lat): (f64, f64),
    dem: &GridSpec,
    size: CellSize,
    max_distance_m: f64,
    options: &OutletOptions,
) -> Result<(OutletReport, OutletOverride), OverrideError> {
    check_shapes(network, target)?;
    let (x, y) = Transformer::new(&Crs::wgs84(), &dem.crs).point(lon, lat)?;
    let (rows, cols) = (network.pointers.rows(), network.pointers.cols());
    let requested = dem.transform.cell_at(x, y, rows, cols).ok_or(OverrideError::OutsideDem { lon, lat })?;
    let snapped = snap_to_stream(network.streams, network.accumulation, requested, max_distance_m, size)
        .ok_or(OverrideError::NoStream { lon, lat, max_distance_m })?;
    let down = requested.row.abs_diff(snapped.row) as f64 * size.height_m;
    let across = requested.col.abs_diff(snapped.col) as f64 * size.width_m;
    let record = OutletOverride { lon, lat, requested, snapped, moved_m: down.hypot(across) };
    let shared = Shared::new(network, &target.mask)?;
    let traced = trace_outlet(network, &target.mask);
    let chosen = Some((snapped, Strategy::Override));
    let assessment = Assessment::new(network, target, &shared, options);
    let mut findings = target.coverage(network.pointers);
    findings.push(Finding::SetByHand { moved_m: record.moved_m });
    let mut report = assessment.report(chosen, findings, traced);
    report.status = report.status.max(Status::NeedsReview);
    Ok((report, record))
}
