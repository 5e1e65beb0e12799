//! Every task, in the order of [`TaskKind::ALL`].

use headwaters_domain::TaskKind;

use crate::task::Task;
use crate::tasks::{
    abstract_watershed, build_channels, build_subcatchments, climate, fetch_dem, find_outlet, landuse, soils,
    wepp,
};

/// The implementation of every task.
const TASKS: [&dyn Task; TaskKind::ALL.len()] = [
    &fetch_dem::FetchDem,
    &build_channels::BuildChannels,
    &find_outlet::FindOutlet,
    &build_subcatchments::BuildSubcatchments,
    &abstract_watershed::AbstractWatershed,
    &landuse::Landuse,
    &soils::Soils,
    &climate::Climate,
    &wepp::Wepp,
];

/// The implementation of a task.
pub fn task(kind: TaskKind) -> &'static dyn Task {
    TASKS[kind.index()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task listed in another's place would run instead of it.
    #[test]
    fn tasks_stand_in_the_order_of_their_descriptors() {
        for kind in TaskKind::ALL {
            assert_eq!(task(kind).kind(), kind);
        }
    }
}
