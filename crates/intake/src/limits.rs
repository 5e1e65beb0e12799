//! Bounds on uploads.

/// Limits on accepted files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most features of a file.
    pub max_features: usize,
    /// Most vertices of one feature.
    pub max_vertices: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_features: 20_000, max_vertices: 200_000 }
    }
}
