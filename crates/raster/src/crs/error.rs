//! Faults of coordinate reference systems and transformations.

/// Fault of a coordinate reference system or a transformation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CrsError {
    /// The EPSG code is not in the definition table.
    #[error("EPSG:{0} is not a known coordinate reference system; give a PROJ string instead")]
    UnknownEpsg(u32),
    /// The datum needs a shift grid or has no known relation to WGS 84.
    #[error(
        "coordinate reference system '{crs}' uses {datum}, which cannot be related to WGS 84 without a shift \
         grid; reproject the data to NAD83 or WGS 84 first (for example with gdalwarp)"
    )]
    UnsupportedDatum {
        /// The definition as given.
        crs: String,
        /// The datum or ellipsoid in question.
        datum: String,
    },
    /// The text is neither an EPSG code nor understandable WKT nor a PROJ string.
    #[error("'{text}' is not a usable coordinate reference system: {reason}")]
    Unusable {
        /// Beginning of the text.
        text: String,
        /// Reason.
        reason: String,
    },
    /// A position lies outside what the projection can represent.
    #[error("position ({x}, {y}) cannot be converted from {from} to {to}: {reason}")]
    OutsideProjection {
        /// Map x of the position.
        x: f64,
        /// Map y of the position.
        y: f64,
        /// System of the position.
        from: String,
        /// System it should be expressed in.
        to: String,
        /// Reason, from the projection.
        reason: String,
    },
}
