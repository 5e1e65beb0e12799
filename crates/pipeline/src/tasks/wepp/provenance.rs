//! What each hillslope's results were made of: engine, and a checksum per input.

use headwaters_engine::HillslopeResult;

use super::About;
use crate::stop::{OrFail, TaskResult};

/// A row per hillslope and input. Equal checksums mean equal inputs, on any machine and in any batch.
pub fn table(results: &[HillslopeResult], about: &[About]) -> TaskResult<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["topaz_id", "wepp_id", "engine", "version", "executable_sha256", "input", "sha256"];
    writer.write_record(header).or_fail("encode")?;
    for (result, about) in results.iter().zip(about) {
        let (topaz_id, wepp_id) = (about.entry.topaz_id.to_string(), about.entry.wepp_id.to_string());
        let identity = &result.identity;
        let executable = identity.executable_sha256.as_deref().unwrap_or_default();
        let hashes = &result.input_hashes;
        let inputs = [
            ("profile", &hashes.profile),
            ("soil", &hashes.soil),
            ("treatment", &hashes.treatment),
            ("climate", &hashes.climate),
        ];
        let files = result.file_hashes.iter().map(|(name, hash)| (name.as_str(), hash));
        for (input, hash) in inputs.into_iter().chain(files) {
            let row = [&topaz_id, &wepp_id, &identity.name, &identity.version, executable, input, hash];
            writer.write_record(row).or_fail("encode")?;
        }
    }
    writer.into_inner().or_fail("encode")
}
