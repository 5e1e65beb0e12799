//! Parts of a management that a static cover does not represent, reported with the results.

use headwaters_wepp_formats::management::{
    CropSystem, Management, Operation, OperationKind, PerennialUse, Plant, ResidueManagement,
    ScenarioHeading, SurfaceOperation, YearlyScenario,
};

/// Parts of a management of one flow element, beyond growth and decay, that are not followed; empty if all are.
pub(crate) fn not_represented(file: &Management) -> Vec<String> {
    let years: Vec<Vec<Season>> = file.schedule.iter().map(|elements| seasons(file, elements)).collect();
    let Some((first, later)) = years.split_first() else { return Vec::new() };
    let differing = later.iter().filter(|year| *year != first).count();
    let mut limits = Vec::new();
    if differing > 0 {
        limits.push(format!(
            "of {} years of management the first is repeated; {differing} others differ from it",
            years.len()
        ));
    }
    if first.len() > 1 {
        limits.push(format!("of {} plants in a year only the first stands, all year", first.len()));
    }
    if let Some(season) = first.first() {
        limits.extend(season.not_represented());
        limits.extend(residue_of_another(file, season));
    }
    limits.iter().map(|limit| format!("management {}: {limit}", file.name)).collect()
}

/// One plant's part of a year, without names and positions, which have no effect.
#[derive(PartialEq)]
struct Season {
    plant: Option<Plant>,
    /// Day, depth and operation.
    operations: Vec<(u16, f64, Option<Operation>)>,
    contour: Option<usize>,
    drainage: Option<usize>,
    system: CropSystem,
}

/// The plants of a year on the first flow element.
fn seasons(file: &Management, elements: &[Vec<usize>]) -> Vec<Season> {
    let scenarios = elements.first().into_iter().flatten();
    scenarios.filter_map(|index| at(&file.yearly, *index)).map(|scenario| season(file, scenario)).collect()
}

fn season(file: &Management, scenario: &YearlyScenario) -> Season {
    let unnamed = ScenarioHeading::default;
    let effect = scenario.surface_effect.and_then(|index| at(&file.surface_effects, index));
    let operation = |dated: &SurfaceOperation| {
        let operation = at(&file.operations, dated.operation);
        let operation = operation.map(|operation| Operation { heading: unnamed(), ..operation.clone() });
        (dated.julian_day, dated.depth_m, operation)
    };
    Season {
        plant: at(&file.plants, scenario.plant).map(|plant| Plant { heading: unnamed(), ..plant.clone() }),
        operations: effect.into_iter().flat_map(|effect| &effect.operations).map(operation).collect(),
        contour: scenario.contour,
        drainage: scenario.drainage,
        system: scenario.system.clone(),
    }
}

/// A scenario by its number in the file, which counts from 1.
fn at<T>(scenarios: &[T], number: usize) -> Option<&T> {
    scenarios.get(number.checked_sub(1)?)
}

impl Season {
    fn not_represented(&self) -> Vec<String> {
        let mut limits = Vec::new();
        // The same operation again on the same day changes nothing.
        if self.operations.windows(2).any(|pair| pair[0] != pair[1]) {
            let count = self.operations.len();
            limits.push(format!("of {count} operations in a year only the first is carried out"));
        }
        if self.operations.iter().filter_map(|(.., operation)| operation.as_ref()).any(moves_residue) {
            limits.push("operations bury, bring or take no residue".to_owned());
        }
        if self.contour.is_some() {
            limits.push("rows along the contour are taken to run up and down".to_owned());
        }
        if self.drainage.is_some() {
            limits.push("drains take no water".to_owned());
        }
        if is_used(&self.system) {
            limits.push("the cover is not cut, grazed, burned or killed".to_owned());
        }
        limits
    }
}

/// Returns true if an operation buries, brings or takes residue.
fn moves_residue(operation: &Operation) -> bool {
    let buries = [
        operation.interrill_intensity_fragile,
        operation.interrill_intensity_nonfragile,
        operation.rill_intensity_fragile,
        operation.rill_intensity_nonfragile,
    ];
    let kind = matches!(
        operation.kind,
        OperationKind::ResidueAddition { .. } | OperationKind::ResidueRemoval { .. }
    );
    kind || buries.iter().any(|share| *share > 0.0)
}

/// Returns true if the plants of a year are cut, grazed, burned or killed.
fn is_used(system: &CropSystem) -> bool {
    match system {
        CropSystem::Perennial(crop) => crop.use_ != PerennialUse::Neither,
        CropSystem::Annual(crop) | CropSystem::Fallow(crop) => {
            !matches!(crop.residue, ResidueManagement::None | ResidueManagement::Removal)
        }
    }
}

/// The residue at the start may be another plant's, which covers the ground by another relation.
fn residue_of_another(file: &Management, season: &Season) -> Option<String> {
    let initial = at(&file.initial_conditions, *file.initial_by_element.first()?)?;
    let residue = at(&file.plants, initial.residue_plant)?;
    let plant = season.plant.as_ref()?;
    let differs = residue.flat_residue_cover_m2_per_kg != plant.flat_residue_cover_m2_per_kg;
    differs.then(|| "the residue at the start covers the ground as that of the first plant".to_owned())
}

#[cfg(test)]
mod tests;
