//! WEPP's outputs. Columns are found by their headings, never by position: the layouts differ
//! between versions of the executable, and an unknown one is refused.

mod events;
mod loss;
mod pass;
mod stacked;
mod table;
mod water;
mod watershed;

pub use events::EventRow;
pub use loss::{HillslopeLoss, LossParticleClass, ProfilePoint, version_of};
pub use pass::{HillslopePass, PassEvent, SubsurfaceDay};
pub use water::WaterBalanceRow;
pub use watershed::{ChannelTotals, HillslopeTotals, WatershedEvent, WatershedLoss};
