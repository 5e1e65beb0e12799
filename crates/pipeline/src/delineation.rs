//! Delineation options shared by the tasks of the channel network.

use headwaters_domain::controls::{Channels, Conditioning as Choice, OutletMode};
use headwaters_terrain::{Conditioning, DelineateError, DelineateOptions, OutletOptions, Strategy};

use crate::stop::TaskStop;

/// Largest distance of an outlet set by hand from a channel, m.
pub const OVERRIDE_DISTANCE_M: f64 = 1000.0;

/// Failure of a delineation, with what helps against it.
pub fn delineation_failure(error: DelineateError) -> TaskStop {
    let hint = match error {
        DelineateError::Unresolved(_) => {
            "; choose another way of removing depressions in the channel settings"
        }
        _ => "",
    };
    TaskStop::failed("delineation", format!("{error}{hint}"))
}

/// Options of the terrain crate that follow from the channel controls.
pub fn delineate_options(channels: &Channels, cell_m: f64) -> DelineateOptions {
    let conditioning = match channels.conditioning {
        Choice::LeastHarm => Conditioning::LeastHarm,
        Choice::Fill => Conditioning::Fill,
        Choice::FillEpsilon => Conditioning::FillEpsilon,
        Choice::Breach => Conditioning::BreachComplete,
        Choice::BreachLeastCost => Conditioning::BreachLeastCost {
            search_cells: (channels.breach_distance_m / cell_m).ceil() as usize,
        },
    };
    DelineateOptions {
        conditioning,
        critical_source_area_ha: channels.critical_source_area_ha,
        min_channel_length_m: channels.minimum_channel_length_m,
        outlet: OutletOptions {
            ok_iou: channels.overlap_ok,
            review_iou: channels.overlap_failed,
            strategy: match channels.outlet_mode {
                OutletMode::BestOverlap => Strategy::BestOverlap,
                OutletMode::Wbt => Strategy::Wbt,
            },
            ..OutletOptions::default()
        },
    }
}
