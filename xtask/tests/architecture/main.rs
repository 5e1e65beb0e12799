//! The architecture as `ARCHITECTURE.md` draws it, held against the manifests and the sources.

mod circles;
mod dependencies;
mod source;
mod workspace;
