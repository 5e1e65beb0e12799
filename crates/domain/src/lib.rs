//! Types and decisions shared by browser and server: batches, runs, tasks, API documents.
#![warn(missing_docs)]
