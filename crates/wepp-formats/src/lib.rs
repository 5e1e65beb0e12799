//! Readers and writers of the WEPP file formats.
#![warn(missing_docs)]
