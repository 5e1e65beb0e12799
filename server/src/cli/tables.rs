//! `headwaters batch table …`: look at, replace and reset the landscape tables of a batch.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use headwaters_data_folder::checked_file_name;
use headwaters_domain::{TableDocument, TableKind, TableOrigin};
use headwaters_services::tables;
use headwaters_store::{Actor, BatchRecord};

use crate::app::App;

/// Which table, and what to do with it.
#[derive(Args)]
pub struct TableArgs {
    /// Table: landcover, severity_colors, burn, covers, soils or disturbed. Without it, all are listed.
    #[arg(value_parser = parse_kind)]
    kind: Option<TableKind>,
    /// Give the batch this CSV file as its own table; without it, the table in use is printed.
    #[arg(long, value_name = "FILE", requires = "kind")]
    replace: Option<PathBuf>,
    /// Go back to the table of the config, or of the program.
    #[arg(long, requires = "kind", conflicts_with = "replace")]
    reset: bool,
}

fn parse_kind(slug: &str) -> Result<TableKind, String> {
    let known = || TableKind::ALL.map(TableKind::slug).join(", ");
    TableKind::from_slug(slug).ok_or_else(|| format!("choose one of {}", known()))
}

/// Runs the command.
pub async fn run(app: &App, batch: &BatchRecord, args: TableArgs, actor: &Actor) -> anyhow::Result<()> {
    let Some(kind) = args.kind else {
        print(&tables::list(app, batch).await?);
        return Ok(());
    };
    let listed = match args.replace {
        Some(file) => replace(app, batch, kind, &file, actor).await?,
        None if args.reset => tables::reset(app, batch, kind, actor).await?,
        None => {
            print!("{}", tables::text(app, batch, kind).await?.text);
            return Ok(());
        }
    };
    print(&listed);
    Ok(())
}

async fn replace(
    app: &App,
    batch: &BatchRecord,
    kind: TableKind,
    file: &Path,
    actor: &Actor,
) -> anyhow::Result<Vec<TableDocument>> {
    let name = file.file_name().context("name a file")?.to_string_lossy();
    let filename = checked_file_name(&name, &[".csv"])?;
    let content = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
    Ok(tables::replace(app, batch, kind, &filename, &content, actor).await?)
}

fn print(documents: &[TableDocument]) {
    for document in documents {
        let origin = match document.origin {
            TableOrigin::BuiltIn => "built in",
            TableOrigin::Config => "config",
            TableOrigin::Batch => "this batch",
        };
        let rows = document.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
        println!("{:<16} {origin:<10} {rows:>5} rows  {}", document.kind.slug(), document.filename);
        for finding in &document.findings {
            println!("  {finding}");
        }
    }
}
