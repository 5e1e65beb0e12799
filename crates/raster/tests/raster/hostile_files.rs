//! A damaged or malicious upload gives an error, never a crash and never a memory bill.

use std::sync::Arc;

use crate::support::terrain_data;
use headwaters_raster::{CogOptions, Crs, GeoTiff, GeoTransform, Grid, GridSpec, Limits, Raster, encode_cog};
use proptest::prelude::*;

/// Small limits, so that an allocation that follows a declared size would exceed them visibly.
const LIMITS: Limits = Limits { cells: 4_000_000, metadata_bytes: 1 << 20, block_bytes: 32 << 20 };

fn small_file() -> Vec<u8> {
    let transform = GeoTransform { west: 0.0, north: 0.0, cell_width: 10.0, cell_height: 10.0 };
    let spec = GridSpec { crs: Crs::from_epsg(32611).expect("known"), transform, rows: 70, cols: 90 };
    let grid = Grid::from_fn(70, 90, |cell| (cell.row * cell.col) as f32);
    encode_cog(&Raster::new(grid, &spec, Some(-1.0)).expect("shape"), &CogOptions::default())
        .expect("writable")
}

fn read(bytes: Vec<u8>) {
    if let Ok(tiff) = GeoTiff::open(Arc::new(bytes), LIMITS) {
        for overview in 0..tiff.overviews().len().min(4) {
            assert!(tiff.overview_transform(overview).is_some());
        }
        if let Ok(raster) = tiff.read::<f32>() {
            assert!(raster.grid.len() <= LIMITS.cells);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    /// Any bytes of a good file may be wrong.
    #[test]
    fn flipped_bytes_do_no_harm(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = small_file();
        // The directory sits in front; half of the damage goes there.
        for (nth, (at, value)) in flips.into_iter().enumerate() {
            let reach = if nth % 2 == 0 { bytes.len().min(700) } else { bytes.len() };
            let at = at.index(reach);
            bytes[at] = value;
        }
        read(bytes);
    }

    /// An upload may break off anywhere.
    #[test]
    fn truncated_files_do_no_harm(at in any::<prop::sample::Index>()) {
        let mut bytes = small_file();
        // The last four bytes repeat the end of the last tile and are no part of it.
        bytes.truncate(at.index(bytes.len() - 4));
        prop_assert!(GeoTiff::open(Arc::new(bytes), LIMITS).and_then(|tiff| tiff.read::<f32>()).is_err());
    }
}

/// Real encodings (palette, LZW, strips, predictors) survive damage too.
#[test]
fn damaged_real_files_do_no_harm() {
    let Some(data) = terrain_data() else { return };
    for name in [
        "bullrun/dem.tif",
        "bullrun/sbs_norse.tif",
        "bullrun/topaz/subwta.tif",
        "sagehen/nlcd2011_impervious.tif",
    ] {
        let good = std::fs::read(data.join(name)).expect("readable");
        for step in 0..60_usize {
            let mut bytes = good.clone();
            let reach = if step % 2 == 0 { bytes.len().min(600) } else { bytes.len() };
            let at = step.wrapping_mul(2_654_435_761) % reach;
            bytes[at] ^= 1 << (step % 8);
            read(bytes);
        }
        read(good[..good.len() / 2].to_vec());
    }
}

/// A file of a few bytes that declares four billion rows is refused before anything is allocated.
#[test]
fn declared_sizes_are_limited() {
    let mut bytes = small_file();
    // Width and height are the values of tags 256 and 257 (little endian, type LONG or SHORT).
    for tag in [256_u16, 257] {
        let at = bytes.windows(2).position(|pair| pair == tag.to_le_bytes()).expect("tag present");
        bytes[at + 2..at + 4].copy_from_slice(&4_u16.to_le_bytes());
        bytes[at + 8..at + 12].copy_from_slice(&0x00ff_ffff_u32.to_le_bytes());
    }
    let error =
        GeoTiff::open(Arc::new(bytes), LIMITS).and_then(|tiff| tiff.read::<f32>()).expect_err("refused");
    println!("{error}");
}
