//! Faults that reject a feature.

/// A fault that rejects a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub at: Option<[f64; 2]>,
}

impl Fault {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }

    pub fn at(self, at: [f64; 2]) -> Self {
        Self { at: Some(at), ..self }
    }
}
