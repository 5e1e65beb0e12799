//! What `build_subcatchments` and `abstract_watershed` share: the basin divided into channels and hillslopes.

use headwaters_domain::TaskKind;
use headwaters_domain::controls::{Numbering as NumberingChoice, Subcatchments};
use headwaters_raster::{Cell, GridSpec};
use headwaters_subcatchments::{
    AbstractionInputs, AbstractionOptions, ChannelWidth, Numbering, ProfileMode, Watershed,
    abstract_watershed,
};
use serde::Deserialize;

use crate::context::TaskContext;
use crate::rasters::elevations;
use crate::stop::{OrFail, TaskResult};

#[derive(Deserialize)]
struct OutletCell {
    row: usize,
    column: usize,
}

/// Divides the run's basin; the same inputs give the same division.
pub fn divide(context: &TaskContext) -> TaskResult<(Watershed, GridSpec)> {
    let dem = context.raster::<f32>(TaskKind::FetchDem, "dem.tif")?;
    let network = context.network()?;
    let outlet: OutletCell = context.read_json(TaskKind::FindOutlet, "outlet.json")?;
    let elevation = elevations(&dem);
    let cell = Cell { row: outlet.row, col: outlet.column };
    let inputs = AbstractionInputs {
        pointers: &network.pointers,
        streams: &network.streams,
        elevation: &elevation,
        transform: dem.transform,
        outlet: cell,
    };
    context.cancel.check()?;
    let watershed =
        abstract_watershed(&inputs, &options(&context.controls.subcatchments)).or_fail("subcatchments")?;
    Ok((watershed, dem.spec()))
}

fn options(controls: &Subcatchments) -> AbstractionOptions {
    AbstractionOptions {
        numbering: match controls.numbering {
            NumberingChoice::Topaz => Numbering::Topaz,
            NumberingChoice::Wbt => Numbering::Wbt,
        },
        profile: match controls.representative_flowpath {
            true => ProfileMode::RepresentativeFlowpath,
            false => ProfileMode::WeightedFlowpaths,
        },
        clip_length_m: controls.clip_hillslopes.then_some(controls.clip_length_m),
        max_points: controls.max_points as usize,
        channel_width: match controls.bieger_widths {
            true => ChannelWidth::Bieger2015,
            false => ChannelWidth::StrahlerOrder,
        },
        // Representative profiles are single flowpaths; the table would list what is not used.
        flowpaths: !controls.representative_flowpath,
        ..AbstractionOptions::default()
    }
}
