//! Consistency of the tables of a batch: a class that one table leads to must occur in the others.

use crate::cover::CoverTable;
use crate::disturbed::DisturbedTable;
use crate::landuse::{BurnTable, ValueMap};

/// Origin of a hillslope's class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassOrigin {
    /// The land-cover raster.
    Landcover,
    /// A fire.
    Fire,
}

/// A class that hillslopes can get but that a table lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownClass {
    /// The class.
    pub class: String,
    /// Origin of the class.
    pub origin: ClassOrigin,
    /// It has no cover: a watershed with such a hillslope fails. Otherwise it has no disturbed soil on any texture,
    /// and keeps the soil's own values.
    pub lacks_cover: bool,
}

/// Lists every class that land cover or fire lead to and that has no cover, or no disturbed soil.
pub fn unknown_classes(
    landcover: Option<&ValueMap>,
    burn: &BurnTable,
    covers: &CoverTable,
    disturbed: &DisturbedTable,
) -> Vec<UnknownClass> {
    let from_raster = landcover.map(ValueMap::classes).unwrap_or_default();
    let reached = from_raster.into_iter().map(|class| (class, ClassOrigin::Landcover));
    let reached = reached.chain(burn.outcomes().into_iter().map(|class| (class, ClassOrigin::Fire)));
    let soils = disturbed.classes();
    let mut unknown = Vec::new();
    for (class, origin) in reached {
        let lacks_cover = covers.cover(class).is_err();
        if lacks_cover || !soils.contains(&class) {
            unknown.push(UnknownClass { class: class.to_owned(), origin, lacks_cover });
        }
    }
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A user who renames a class in one table is warned before 400 watersheds fail.
    #[test]
    fn a_renamed_class_is_found_in_every_table_that_leads_to_it() {
        let (burn, disturbed) = (BurnTable::built_in().unwrap(), DisturbedTable::built_in().unwrap());
        let covers = CoverTable::BUILT_IN.replace("forest high sev fire,", "forest burned to the ground,");
        let covers = CoverTable::parse(&covers, "covers.csv").unwrap();
        let landcover = ValueMap::parse("value,class\n1,forest\n2,Lava  field\n", "mine.csv").unwrap();
        let found = unknown_classes(Some(&landcover), &burn, &covers, &disturbed);
        let lacks = |class: &str, origin| UnknownClass { class: class.to_owned(), origin, lacks_cover: true };
        assert_eq!(
            found,
            [lacks("lava field", ClassOrigin::Landcover), lacks("forest high sev fire", ClassOrigin::Fire)]
        );
        let nothing = unknown_classes(None, &burn, &CoverTable::built_in().unwrap(), &disturbed);
        assert_eq!(nothing, []);
    }
}
