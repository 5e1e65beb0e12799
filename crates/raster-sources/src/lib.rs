//! Where rasters come from: local files and mosaics, HTTP ranges, tile patterns, APIs, with one disk cache.
#![warn(missing_docs)]
