//! What a search costs in worlds of different sizes, beside what it may cost: see `docs/LOCATION-SEARCH.md`.

mod demands;
mod figures;
mod queries;
mod worlds;
mod writes;

use self::figures::Figures;
use crate::Result;

/// How large the worlds are, and how much is asked of them.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Sizes of worlds to search in, in events
    #[arg(long, value_delimiter = ',', default_value = "10000,100000")]
    worlds: Vec<u32>,
    /// Musicians in each of them
    #[arg(long, default_value_t = 20_000)]
    players: u32,
    /// Searches for each radius and order
    #[arg(long, default_value_t = 300)]
    queries: u32,
    /// Another seed makes another world
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Measures by the capacity that DynamoDB's engine reports, and gives tables in Markdown.
pub(crate) async fn run(options: &Options) -> Result<String> {
    let mut text = String::new();
    let mut by_size: Vec<(u32, Figures)> = Vec::new();
    for events in &options.worlds {
        eprintln!("searches among {events} events");
        let (data, world) = worlds::open(*events, options.players, options.seed).await?;
        let figures = queries::measure(&data.app, &world, options.queries).await?;
        data.close().await;
        demands::print(&mut text, *events, &figures)?;
        by_size.push((*events, figures));
    }
    demands::print_growth(&mut text, &by_size)?;
    writes::measure(&mut text).await?;
    Ok(text)
}
