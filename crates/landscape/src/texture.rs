//! Texture classes from sand and clay.

use std::fmt;

/// The twelve texture classes of the USDA Soil Survey Manual (1993, chapter 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the definition")]
pub enum UsdaTexture {
    Sand,
    LoamySand,
    SandyLoam,
    Loam,
    SiltLoam,
    Silt,
    SandyClayLoam,
    ClayLoam,
    SiltyClayLoam,
    SandyClay,
    SiltyClay,
    Clay,
}

impl UsdaTexture {
    /// Name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sand => "sand",
            Self::LoamySand => "loamy sand",
            Self::SandyLoam => "sandy loam",
            Self::Loam => "loam",
            Self::SiltLoam => "silt loam",
            Self::Silt => "silt",
            Self::SandyClayLoam => "sandy clay loam",
            Self::ClayLoam => "clay loam",
            Self::SiltyClayLoam => "silty clay loam",
            Self::SandyClay => "sandy clay",
            Self::SiltyClay => "silty clay",
            Self::Clay => "clay",
        }
    }
}

impl fmt::Display for UsdaTexture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The four textures of the disturbed-land tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the definition")]
pub enum SimpleTexture {
    ClayLoam,
    Loam,
    SandLoam,
    SiltLoam,
}

impl SimpleTexture {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ClayLoam, Self::Loam, Self::SandLoam, Self::SiltLoam];

    /// Name as in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClayLoam => "clay loam",
            Self::Loam => "loam",
            Self::SandLoam => "sand loam",
            Self::SiltLoam => "silt loam",
        }
    }

    /// A texture by its name; `sandy loam` is accepted for `sand loam`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "sandy loam" => Some(Self::SandLoam),
            _ => Self::ALL.into_iter().find(|t| t.name() == name),
        }
    }
}

impl fmt::Display for SimpleTexture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Returns true if sand and clay (percent) can be the texture of a soil.
fn possible(sand: f64, clay: f64) -> bool {
    // Rasters are rounded: a sum of 100.5 is a rounding error, not a mistake.
    sand >= 0.0 && clay >= 0.0 && sand + clay <= 101.0
}

/// USDA texture class of sand and clay, percent of the fine earth; none when they cannot be (negative, sum over 101,
/// not a number).
pub fn usda_texture(sand_pct: f64, clay_pct: f64) -> Option<UsdaTexture> {
    if !possible(sand_pct, clay_pct) {
        return None;
    }
    let (sand, clay) = (sand_pct, clay_pct);
    let silt = (100.0 - sand - clay).max(0.0);
    Some(if silt + 1.5 * clay < 15.0 {
        UsdaTexture::Sand
    } else if silt + 2.0 * clay < 30.0 {
        UsdaTexture::LoamySand
    } else if (clay < 20.0 && sand > 52.0) || (clay < 7.0 && silt < 50.0) {
        UsdaTexture::SandyLoam
    } else if silt >= 80.0 && clay < 12.0 {
        UsdaTexture::Silt
    } else if silt >= 50.0 && clay < 27.0 {
        UsdaTexture::SiltLoam
    } else if clay < 27.0 && silt >= 28.0 && sand <= 52.0 {
        UsdaTexture::Loam
    } else if clay < 35.0 && silt < 28.0 && sand > 45.0 {
        UsdaTexture::SandyClayLoam
    } else if clay >= 35.0 && sand > 45.0 {
        UsdaTexture::SandyClay
    } else if clay < 40.0 && sand > 20.0 {
        UsdaTexture::ClayLoam
    } else if clay < 40.0 {
        UsdaTexture::SiltyClayLoam
    } else if silt >= 40.0 {
        UsdaTexture::SiltyClay
    } else {
        UsdaTexture::Clay
    })
}

/// WEPPcloud's reduction to four textures (`simple_texture`), rules in its order, for sand and clay in percent.
pub fn simple_texture(sand_pct: f64, clay_pct: f64) -> Option<SimpleTexture> {
    let usda = usda_texture(sand_pct, clay_pct)?;
    let (sand, clay, both) = (sand_pct, clay_pct, sand_pct + clay_pct);
    Some(if both <= 50.0 && (clay <= 27.0 || sand <= 20.0) {
        SimpleTexture::SiltLoam
    } else if (6.0..=27.0).contains(&clay) && both > 50.0 && both <= 72.0 && sand <= 52.0 {
        SimpleTexture::Loam
    } else if sand >= 50.0 && (sand > 52.0 || (both > 50.0 && clay < 6.0)) {
        SimpleTexture::SandLoam
    } else if (both > 72.0 && sand < 50.0)
        || (clay > 27.0 && sand > 20.0 && sand <= 45.0)
        || (sand <= 20.0 && both > 50.0)
    {
        SimpleTexture::ClayLoam
    } else {
        by_first_letters(usda)
    })
}

/// The remaining corners go by the class's name: sa..., si..., l..., else clay loam.
fn by_first_letters(usda: UsdaTexture) -> SimpleTexture {
    match usda {
        UsdaTexture::Sand | UsdaTexture::SandyLoam | UsdaTexture::SandyClayLoam | UsdaTexture::SandyClay => {
            SimpleTexture::SandLoam
        }
        UsdaTexture::SiltLoam | UsdaTexture::Silt | UsdaTexture::SiltyClayLoam | UsdaTexture::SiltyClay => {
            SimpleTexture::SiltLoam
        }
        UsdaTexture::Loam | UsdaTexture::LoamySand => SimpleTexture::Loam,
        UsdaTexture::ClayLoam | UsdaTexture::Clay => SimpleTexture::ClayLoam,
    }
}

/// Simple texture of every cell of a sand and a clay raster (percent, same grid). Cells without a possible texture
/// (no-data, water) get none. Lengths must be equal; the result has the shorter one's.
pub fn simple_texture_grid(sand_pct: &[f32], clay_pct: &[f32]) -> Vec<Option<SimpleTexture>> {
    sand_pct.iter().zip(clay_pct).map(|(s, c)| simple_texture(f64::from(*s), f64::from(*c))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Points well inside each class of the texture triangle, and the published corners of the boundaries.
    #[test]
    fn usda_classes_follow_the_triangle() {
        use UsdaTexture as T;
        for (sand, clay, class) in [
            (92.0, 3.0, T::Sand),
            (82.0, 6.0, T::LoamySand),
            (65.0, 10.0, T::SandyLoam),
            (52.1, 19.9, T::SandyLoam),
            (40.0, 20.0, T::Loam),
            (20.0, 15.0, T::SiltLoam),
            (7.0, 5.0, T::Silt),
            (60.0, 28.0, T::SandyClayLoam),
            (33.0, 34.0, T::ClayLoam),
            (10.0, 34.0, T::SiltyClayLoam),
            (52.0, 42.0, T::SandyClay),
            (7.0, 47.0, T::SiltyClay),
            (20.0, 60.0, T::Clay),
            (45.0, 27.0, T::ClayLoam),
            (20.0, 27.0, T::SiltyClayLoam),
            (52.0, 7.0, T::Loam),
        ] {
            assert_eq!(usda_texture(sand, clay), Some(class), "sand {sand} clay {clay}");
        }
        assert_eq!(usda_texture(80.0, 40.0), None);
        assert_eq!(usda_texture(f64::NAN, 10.0), None);
        assert_eq!(usda_texture(-9999.0, -9999.0), None);
    }

    /// The four typical soils of the tables must find their own row, or every disturbed soil is wrong.
    #[test]
    fn simple_textures_follow_the_published_rules() {
        use SimpleTexture as T;
        for (sand, clay, class) in [
            (25.0, 30.0, T::ClayLoam),
            (45.0, 20.0, T::Loam),
            (65.0, 10.0, T::SandLoam),
            (25.0, 15.0, T::SiltLoam),
            // Either side of each boundary.
            (23.0, 27.0, T::SiltLoam),
            (23.1, 27.0, T::Loam),
            (20.0, 30.0, T::SiltLoam),
            (20.0, 30.1, T::ClayLoam),
            (45.0, 27.0, T::Loam),
            (45.1, 27.0, T::ClayLoam),
            (52.0, 6.0, T::Loam),
            (52.0, 5.9, T::SandLoam),
            (52.1, 10.0, T::SandLoam),
            (50.0, 22.1, T::SandLoam),
            (10.0, 60.0, T::ClayLoam),
            (60.0, 35.0, T::SandLoam),
        ] {
            assert_eq!(simple_texture(sand, clay), Some(class), "sand {sand} clay {clay}");
        }
    }

    #[test]
    fn texture_rasters_skip_cells_without_soil() {
        let textures = simple_texture_grid(&[65.0, f32::NAN, -1.0, 25.0], &[10.0, 10.0, 10.0, 30.0]);
        assert_eq!(textures, [Some(SimpleTexture::SandLoam), None, None, Some(SimpleTexture::ClayLoam)]);
    }

    proptest! {
        /// No soil falls between the classes.
        #[test]
        fn every_possible_texture_has_a_class(sand in 0.0..100.0_f64, share in 0.0..1.0_f64) {
            let clay = (100.0 - sand) * share;
            prop_assert!(usda_texture(sand, clay).is_some());
            prop_assert!(simple_texture(sand, clay).is_some());
        }
    }

    #[test]
    fn names_read_back() {
        for texture in SimpleTexture::ALL {
            assert_eq!(SimpleTexture::from_name(texture.name()), Some(texture));
        }
        assert_eq!(SimpleTexture::from_name("sandy loam"), Some(SimpleTexture::SandLoam));
        assert_eq!(SimpleTexture::from_name("peat"), None);
    }
}
