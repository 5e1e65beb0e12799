//! One-degree tiles named by a corner.

use headwaters_raster::{Bounds, Crs, GridSpec};

use crate::SourceError;
use crate::address::Address;
use crate::budget::Budget;
use crate::config::SizeLimits;
use crate::piece::{Declared, Piece, RasterSource, open_piece};
use crate::ranges::{Remote, RemoteFile};
use std::sync::Arc;

/// Most tiles one read may touch.
const MOST_TILES: usize = 64;

/// Placeholders a tile address may hold.
const PLACEHOLDERS: [&str; 4] = ["{nw}", "{NW}", "{sw}", "{SW}"];

/// Returns true if an address has placeholders for tile names.
pub(crate) fn is_pattern(text: &str) -> bool {
    PLACEHOLDERS.iter().any(|placeholder| text.contains(placeholder))
}

/// Fills a pattern's placeholders for every one-degree tile that a longitude/latitude box touches, from north
/// to south and west to east. `{nw}` becomes `n35w119` for the tile between 34° and 35° N, 119° and 118° W;
/// `{sw}` becomes `n34w119` for the same tile; in capitals, so do the letters.
pub fn tile_names(pattern: &str, lon_lat: Bounds) -> Vec<String> {
    let (west, east) = (lon_lat.west.max(-180.0).floor() as i32, lon_lat.east.min(180.0).ceil() as i32);
    let (south, north) = (lon_lat.south.max(-90.0).floor() as i32, lon_lat.north.min(90.0).ceil() as i32);
    let corners = (south..north).rev().flat_map(|south| (west..east).map(move |west| (south, west)));
    corners.map(|(south, west)| fill(pattern, south, west)).collect()
}

fn fill(pattern: &str, south: i32, west: i32) -> String {
    let corner = |lat: i32| {
        let (ns, ew) = (if lat < 0 { 's' } else { 'n' }, if west < 0 { 'w' } else { 'e' });
        format!("{ns}{:02}{ew}{:03}", lat.abs(), west.abs())
    };
    let (nw, sw) = (corner(south + 1), corner(south));
    pattern
        .replace("{nw}", &nw)
        .replace("{NW}", &nw.to_uppercase())
        .replace("{sw}", &sw)
        .replace("{SW}", &sw.to_uppercase())
}

/// Constructor of an address from an object's key or a filled pattern.
pub(crate) type AddressOf = Box<dyn Fn(&str) -> Address + Send + Sync>;

/// Files behind HTTP, read by ranges: one, or one-degree tiles.
pub(crate) struct RemoteRasters {
    pub name: String,
    pub pattern: String,
    pub address_of: AddressOf,
    pub remote: Remote,
    pub declared: Declared,
    pub limits: SizeLimits,
}

impl RasterSource for RemoteRasters {
    fn name(&self) -> &str {
        &self.name
    }

    fn pieces(&self, target: &GridSpec, budget: &Arc<Budget>) -> Result<Vec<Piece>, SourceError> {
        if !is_pattern(&self.pattern) {
            return self.open(&self.pattern, budget).map(|piece| vec![piece]);
        }
        let names = tile_names(&self.pattern, target.bounds_in(&Crs::wgs84())?);
        if names.len() > MOST_TILES {
            return Err(SourceError::TooLarge {
                name: self.name.clone(),
                needed: format!("{} tiles", names.len()),
                limit: format!("{MOST_TILES} tiles"),
            });
        }
        let opened = names.iter().map(|name| self.open(name, budget));
        // A tile that does not exist is an area without data, such as the sea.
        opened.filter(|piece| !matches!(piece, Err(SourceError::NotFound { .. }))).collect()
    }
}

impl RemoteRasters {
    fn open(&self, key: &str, budget: &Arc<Budget>) -> Result<Piece, SourceError> {
        let address = (self.address_of)(key);
        let name = address.name.clone();
        let file = RemoteFile::open(self.remote.clone(), address, budget.clone())?;
        let version = file.version().to_owned();
        open_piece(Arc::new(file), name, version, &self.declared, self.limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public 1/3 arc-second tiles are named by their north-west corner.
    #[test]
    fn tiles_are_named_by_their_corner() {
        let bounds = Bounds { west: -119.2, south: 34.1, east: -118.4, north: 34.9 };
        assert_eq!(tile_names("USGS_13_{nw}.tif", bounds), ["USGS_13_n35w120.tif", "USGS_13_n35w119.tif"]);
        let bounds = Bounds { west: 147.2, south: -42.9, east: 147.4, north: -42.1 };
        assert_eq!(tile_names("{SW}/{nw}", bounds), ["S43E147/s42e147"]);
        let bounds = Bounds { west: 0.2, south: -0.5, east: 0.4, north: 0.5 };
        assert_eq!(tile_names("{nw}", bounds), ["n01e000", "n00e000"]);
    }
}
