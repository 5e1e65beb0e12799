//! `headwaters cache ls|clean`.

use clap::Subcommand;
use headwaters_raster_sources::cache::{Clean, clean, list};

use crate::settings::Settings;

/// What to do with the cache.
#[derive(Subcommand)]
pub enum CacheCommand {
    /// List what is cached.
    Ls,
    /// Remove everything that is cached.
    Clean,
}

/// Runs the command.
pub fn run(settings: &Settings, command: CacheCommand) -> anyhow::Result<()> {
    match command {
        CacheCommand::Ls => {
            for entry in list(&settings.cache)? {
                println!("{}\t{}\t{} bytes", entry.stored_at, entry.key, entry.bytes);
            }
        }
        CacheCommand::Clean => {
            let cleaned = clean(&settings.cache, Clean::All)?;
            println!("removed {} files, {} bytes", cleaned.objects, cleaned.bytes);
        }
    }
    Ok(())
}
