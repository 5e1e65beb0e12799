//! The slope profile in the normalised form the erosion equations use.

use crate::inputs::Profile;

/// Cells along the profile.
pub(crate) const CELLS: usize = 100;

/// Profile divided into [`CELLS`] cells, with the shape of shear stress and transport capacity along it.
///
/// Discharge grows linearly from the top, so shear stress relative to the foot of a uniform slope of the same mean is
/// (x S)^(2/3) and transport capacity x S, with S the slope over its mean (NSERL-10 chapter 11).
#[derive(Clone, Debug)]
pub(crate) struct SlopeShape {
    pub length_m: f64,
    /// Mean slope, m/m.
    pub mean_slope: f64,
    /// Slope at the foot, m/m.
    pub end_slope: f64,
    /// Relative transport capacity at cell edges and midpoints: index 2 i is edge i.
    pub capacity: Vec<f64>,
    /// One over it; infinite where there is none.
    pub inverse_capacity: Vec<f64>,
    /// Relative shear stress at the same points.
    pub shear: Vec<f64>,
    /// Relative slope in each cell as intercept and gradient: S = b + a x.
    pub gradient: Vec<(f64, f64)>,
}

impl SlopeShape {
    /// Normalises a profile whose points have been checked.
    pub fn new(profile: &Profile) -> Self {
        let points = &profile.points;
        let fall: f64 = points
            .windows(2)
            .map(|p| {
                (p[1].distance_fraction - p[0].distance_fraction)
                    * 0.5
                    * (p[0].slope_m_per_m + p[1].slope_m_per_m)
            })
            .sum();
        let mean_slope = fall.max(1e-6);
        let segment = |x: f64| {
            let upper =
                points.iter().position(|p| p.distance_fraction >= x).unwrap_or(points.len() - 1).max(1);
            let (p, q) = (points[upper - 1], points[upper]);
            let a = (q.slope_m_per_m - p.slope_m_per_m)
                / (q.distance_fraction - p.distance_fraction)
                / mean_slope;
            (p.slope_m_per_m / mean_slope - a * p.distance_fraction, a)
        };
        let capacity: Vec<f64> = (0..=2 * CELLS)
            .map(|i| {
                let x = i as f64 / (2 * CELLS) as f64;
                let (b, a) = segment(x);
                (x * (b + a * x)).max(0.0)
            })
            .collect();
        Self {
            length_m: profile.length_m,
            mean_slope,
            end_slope: points[points.len() - 1].slope_m_per_m.max(1e-6),
            inverse_capacity: capacity.iter().map(|c| 1.0 / c).collect(),
            shear: capacity.iter().map(|c| c.powf(2.0 / 3.0)).collect(),
            gradient: (0..CELLS).map(|i| segment((i as f64 + 0.5) / CELLS as f64)).collect(),
            capacity,
        }
    }
}
