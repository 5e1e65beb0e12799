//! Rasters against GDAL and against hostile files: one program, since each links all of the readers.

mod gdal_agreement;
mod gdal_reading;
mod hostile_files;
mod support;
