//! The snow pack: accumulation, settling, energy-based melt and release of water (NSERL-10 chapter 3; generalised melt
//! equation of the U.S. Army Corps of Engineers, Hendrick et al. 1971).

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

/// What an hour of weather does to a pack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SnowHour {
    /// Snow as water, and rain, m.
    pub snowfall_m: f64,
    pub rain_m: f64,
    pub temperature_c: f64,
    /// Radiation on the slope in the hour, MJ/m2.
    pub radiation_mj: f64,
}

/// Daily conditions for melt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MeltDay {
    pub canopy_cover: f64,
    pub cloud: f64,
    pub wind_m_per_s: f64,
    pub dew_point_c: f64,
    /// Whether the mean temperature of the day is at or above freezing.
    pub mean_above_freezing: bool,
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
        let melt = melt_m(hour, day).min(self.water_m).max(0.0);
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

/// Melt of an hour, m: short-wave, long-wave, convection and condensation, and heat of rain. May be negative.
fn melt_m(hour: &SnowHour, day: &MeltDay) -> f64 {
    let open = 1.0 - day.canopy_cover;
    let shaded = 0.8 * day.canopy_cover;
    // Degrees Fahrenheit above freezing.
    let air = hour.temperature_c * 1.8;
    let dew = day.dew_point_c * 1.8;
    let short_wave = 0.0607 * hour.radiation_mj * open;
    let long_wave = 0.025 / 24.0 * air - 0.84 * (1.0 - day.cloud) * open / 24.0;
    let wind_mph = day.wind_m_per_s * 3600.0 / 1609.0;
    // Wind measured at 10 m.
    let height = 1.57 * 10f64.powf(-1.0 / 6.0);
    let turbulent = if wind_mph > 0.0 {
        0.0084 / 24.0 * wind_mph * (1.0 - shaded) * (0.22 * air + 0.78 * dew) * height
            + shaded * 0.045 / 24.0 * air
    } else {
        0.045 / 24.0 * air
    };
    let rain = 0.007 * hour.rain_m / INCH * if dew > 0.0 { dew } else { air };
    INCH * (short_wave + long_wave + turbulent + rain)
}
