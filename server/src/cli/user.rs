//! `headwaters user add|passwd|list`.

use std::io::Read;

use anyhow::{Context, bail};
use clap::Subcommand;
use headwaters_store::Store;

use crate::auth::password;
use crate::settings::Settings;

/// What to do with accounts.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Add an account; the password is read from standard input, or made up and shown once with --generate.
    Add {
        /// Sign-in name.
        name: String,
        /// Allow the batch runner.
        #[arg(long)]
        admin: bool,
        /// Make up a password and print it.
        #[arg(long)]
        generate: bool,
    },
    /// Set a new password (standard input, or --generate); ends all sessions of the account.
    Passwd {
        /// Sign-in name.
        name: String,
        /// Make up a password and print it.
        #[arg(long)]
        generate: bool,
    },
    /// List accounts.
    List,
}

/// Runs the command.
pub async fn run(settings: Settings, command: UserCommand) -> anyhow::Result<()> {
    let store = Store::open(&settings.database_url).await?;
    match command {
        UserCommand::Add { name, admin, generate } => {
            let name = checked_name(&name)?;
            let hash = password::hash(&obtain(generate)?).await?;
            if !store.add_user(name, &hash, admin).await? {
                bail!(
                    "there is an account `{name}` already; `headwaters user passwd {name}` sets its password"
                );
            }
        }
        UserCommand::Passwd { name, generate } => {
            let hash = password::hash(&obtain(generate)?).await?;
            if !store.set_password(&name, &hash).await? {
                bail!("there is no account `{name}`");
            }
        }
        UserCommand::List => {
            for user in store.users().await? {
                println!("{}{}", user.name, if user.is_admin { " (admin)" } else { "" });
            }
        }
    }
    Ok(())
}

fn checked_name(name: &str) -> anyhow::Result<&str> {
    let permitted = |c: char| c.is_alphanumeric() || "-_.@".contains(c);
    if (1..=64).contains(&name.len()) && name.chars().all(permitted) {
        return Ok(name);
    }
    bail!("a name has 1 to 64 letters, digits or -_.@")
}

fn obtain(generate: bool) -> anyhow::Result<String> {
    if generate {
        let password = crate::random::password();
        println!("{password}");
        return Ok(password);
    }
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password).context("read the password")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
