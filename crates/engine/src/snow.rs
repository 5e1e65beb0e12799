//! The snow pack: accumulation, settling, energy-based melt and release of water (NSERL-10 chapter 3; generalised melt
//! equation of the U.S. Army Corps of Engineers, Hendrick et al. 1971).

use crate::weather::ClimateDay;

/// Density of new snow, kg/m3.
const NEW_SNOW: f64 = 100.0;
/// Density at which a pack no longer holds melt water, kg/m3.
const RIPE: f64 = 350.0;
/// Densest pack, kg/m3.
const DENSEST: f64 = 522.0;
/// Density above which a pack no longer settles, kg/m3.
const SETTLED: f64 = 250.0;
const WATER: f64 = 1000.0;
/// Inches to metres.
const INCH: f64 = 0.0254;

/// Snow on the ground.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SnowPack {
    /// Water equivalent, m.
    pub water_m: f64,
    /// Depth, m.
    pub depth_m: f64,
    days_since_snowfall: f64,
    /// Hourly gain of density for those days; it changes with them only.
    settling: f64,
}

/// Weather of one hour as it acts on a pack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SnowHour {
    /// Snow as water, and rain, m.
    pub snowfall_m: f64,
    pub rain_m: f64,
    pub temperature_c: f64,
    /// Radiation on the slope in the hour, MJ/m2.
    pub radiation_mj: f64,
}

/// Daily conditions for melt: short-wave, long-wave, convection and condensation make it linear in the radiation and
/// the temperature of an hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MeltDay {
    /// True if the mean temperature of the day is at or above freezing.
    mean_above_freezing: bool,
    /// Dew point, Fahrenheit degrees above freezing.
    dew: f64,
    /// Melt of an hour at freezing point in the dark, and per MJ/m2 of radiation and Fahrenheit degree of air, inches.
    constant: f64,
    per_mj: f64,
    per_degree: f64,
}

impl MeltDay {
    /// `cloud` is the fraction of the sky covered; wind is measured at 10 m.
    pub fn new(canopy_cover: f64, cloud: f64, day: &ClimateDay) -> Self {
        // 10^(-1/6): wind at the height of the equation over wind at 10 m.
        const HEIGHT: f64 = 1.57 * 0.681_292_069_057_961_4;
        let open = 1.0 - canopy_cover;
        let shaded = 0.8 * canopy_cover;
        let dew = day.dew_point_c * 1.8;
        let wind_mph = day.wind_m_per_s * 3600.0 / 1609.0;
        let turbulent = 0.0084 / 24.0 * wind_mph * (1.0 - shaded) * HEIGHT;
        let (by_air, by_dew) = if wind_mph > 0.0 {
            (0.22 * turbulent + shaded * 0.045 / 24.0, 0.78 * turbulent)
        } else {
            (0.045 / 24.0, 0.0)
        };
        Self {
            mean_above_freezing: day.tmax_c + day.tmin_c >= 0.0,
            dew,
            constant: by_dew * dew - 0.84 * (1.0 - cloud) * open / 24.0,
            per_mj: 0.0607 * open,
            per_degree: 0.025 / 24.0 + by_air,
        }
    }

    /// Melt of an hour, m, with the heat of its rain. May be negative.
    fn melt_m(&self, hour: &SnowHour) -> f64 {
        let air = hour.temperature_c * 1.8;
        let melt = INCH * (self.per_mj * hour.radiation_mj + self.constant + self.per_degree * air);
        if hour.rain_m > 0.0 {
            melt + 0.007 * hour.rain_m * if self.dew > 0.0 { self.dew } else { air }
        } else {
            melt
        }
    }
}

impl SnowPack {
    /// A pack of a given depth of settled snow.
    pub fn with_depth(depth_m: f64) -> Self {
        Self { water_m: depth_m * SETTLED / WATER, depth_m, days_since_snowfall: 0.0, settling: 0.0 }
    }

    /// Density, kg/m3; 0 without snow.
    pub fn density(&self) -> f64 {
        if self.depth_m > 0.0 { self.water_m * WATER / self.depth_m } else { 0.0 }
    }

    /// Returns true if two packs have the same effect on the ground.
    pub fn same_cover(&self, other: &Self) -> bool {
        self.water_m == other.water_m && self.depth_m == other.depth_m
    }

    /// Counts a day without snowfall.
    pub fn begin_day(&mut self) {
        self.set_days_since_snowfall(self.days_since_snowfall + 1.0);
    }

    fn set_days_since_snowfall(&mut self, days: f64) {
        self.days_since_snowfall = days;
        // After a week without snow the rest of settling is beyond notice.
        self.settling = if days < 8.0 { (-2.0 * days).exp() / 24.0 } else { 0.0 };
    }

    /// One hour. Returns the water that leaves the pack (or passes bare ground), m.
    pub fn hour(&mut self, hour: &SnowHour, day: &MeltDay) -> f64 {
        if hour.snowfall_m > 0.0 && self.days_since_snowfall != 1.0 {
            self.set_days_since_snowfall(1.0);
        }
        if self.water_m <= 0.0 {
            self.add_snow(hour.snowfall_m);
            return hour.rain_m;
        }
        if !day.mean_above_freezing {
            self.settle();
            self.add_snow(hour.snowfall_m);
            return hour.rain_m;
        }
        self.add_snow(hour.snowfall_m);
        let melt = day.melt_m(hour).min(self.water_m).max(0.0);
        self.release(melt, hour.rain_m)
    }

    fn add_snow(&mut self, water_m: f64) {
        if water_m > 0.0 {
            self.water_m += water_m;
            self.depth_m += water_m * WATER / NEW_SNOW;
        }
    }

    /// New snow settles fastest on its first days.
    fn settle(&mut self) {
        if self.settling <= 0.0 {
            return;
        }
        let density = self.density();
        if density <= SETTLED {
            self.depth_m = self.water_m * WATER / (density * (1.0 + self.settling)).min(DENSEST);
        }
    }

    /// Melting snow shrinks; its water, and rain, stay in the pack until it is ripe.
    fn release(&mut self, melt_m: f64, rain_m: f64) -> f64 {
        let ripe = self.water_m * WATER >= RIPE * self.depth_m;
        self.depth_m -= melt_m * self.depth_m / self.water_m;
        if melt_m >= self.water_m || self.depth_m <= 1e-9 {
            let all = self.water_m;
            self.water_m = 0.0;
            self.depth_m = 0.0;
            return all + rain_m;
        }
        if ripe {
            self.water_m -= melt_m;
            return melt_m + rain_m;
        }
        let capacity = RIPE / WATER * self.depth_m;
        if self.water_m > capacity {
            let out = self.water_m - capacity;
            self.water_m = capacity;
            return out + rain_m;
        }
        let held = rain_m.min(capacity - self.water_m);
        self.water_m += held;
        rain_m - held
    }
}

#[cfg(test)]
mod tests;
