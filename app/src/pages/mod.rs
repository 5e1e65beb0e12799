//! Pages beside the batch itself.

pub mod account;
pub mod batches;
pub mod create_batch;
pub mod gate;
pub mod notices;
pub mod sign_in;
