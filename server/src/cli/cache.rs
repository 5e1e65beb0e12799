//! `headwaters cache ls|clean`.

use clap::Subcommand;
use headwaters_raster_sources::cache::{Clean, clean, list};
use jiff::{SignedDuration, Timestamp};

use crate::settings::Settings;

/// What to do with the cache.
#[derive(Subcommand)]
pub enum CacheCommand {
    /// List what is cached.
    Ls,
    /// Remove everything that is cached, or what the options say.
    Clean {
        /// Only what was not used for this many days.
        #[arg(long, value_name = "DAYS", conflicts_with = "down_to_mb")]
        unused_days: Option<u32>,
        /// Only as much, the longest unused first, as leaves this many MiB.
        #[arg(long, value_name = "MIB")]
        down_to_mb: Option<u64>,
    },
}

/// Runs the command.
pub fn run(settings: &Settings, command: CacheCommand) -> anyhow::Result<()> {
    match command {
        CacheCommand::Ls => {
            for entry in list(&settings.cache)? {
                println!("{}\t{}\t{} bytes", entry.stored_at, entry.key, entry.bytes);
            }
        }
        CacheCommand::Clean { unused_days, down_to_mb } => {
            let rule = match (unused_days, down_to_mb) {
                (Some(days), _) => {
                    let age = SignedDuration::from_hours(24 * i64::from(days));
                    Clean::UnusedSince(Timestamp::now().checked_sub(age)?)
                }
                (None, Some(mib)) => Clean::DownTo(mib.saturating_mul(1 << 20)),
                (None, None) => Clean::All,
            };
            let cleaned = clean(&settings.cache, rule)?;
            println!("removed {} files, {} bytes", cleaned.objects, cleaned.bytes);
        }
    }
    Ok(())
}
