//! The run-id template language.
#![warn(missing_docs)]
