//! What a search may cost, and the tables that set it beside what it did.

use std::fmt::{Result, Write};

use super::{
    figures::{Figures, Sample, Search, mean, over_read, quantile},
    queries::RADII,
};

/// The 95th percentiles of calls, items read and read capacity units that a search by date may reach.
const fn by_date(radius: u32) -> [f64; 3] {
    match radius {
        500 => [14.0, 160.0, 11.0],
        1_000 | 2_000 => [24.0, 320.0, 22.0],
        5_000 => [15.0, 150.0, 10.0],
        10_000 => [24.0, 150.0, 16.0],
        25_000 => [32.0, 300.0, 25.0],
        50_000 => [18.0, 230.0, 16.0],
        100_000 => [16.0, 120.0, 12.0],
        _ => [22.0, 190.0, 14.0],
    }
}

/// The same by distance.
const fn by_distance(radius: u32) -> [f64; 3] {
    [if radius == 200_000 { 45.0 } else { 30.0 }, 550.0, 38.0]
}

const CALLS: fn(&Sample) -> f64 = |sample| f64::from(sample.cost.calls);
const ITEMS: fn(&Sample) -> f64 = |sample| f64::from(sample.cost.items);
const RCU: fn(&Sample) -> f64 = |sample| sample.cost.rcu;
const ROUNDS: fn(&Sample) -> f64 = |sample| f64::from(sample.cost.rounds);

/// The tables of one world, in Markdown.
pub(super) fn print(text: &mut String, events: u32, figures: &Figures) -> Result {
    writeln!(text, "\n### {events} events\n")?;
    writeln!(text, "Measured (demanded) at the 95th percentile; `!` is missed.\n")?;
    for (search, name) in [(Search::ByDate, "by date"), (Search::ByDistance, "by distance")] {
        writeln!(text, "| {name}, R km | calls | items | RCU | rounds | partial | over-read | mean RCU |")?;
        writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        for radius in RADII {
            row(text, search, radius, &figures[&(search, radius)])?;
        }
        writeln!(text)?;
    }
    let all = |search| {
        RADII.iter().flat_map(move |radius| &figures[&(search, *radius)]).copied().collect::<Vec<_>>()
    };
    let (date, distance) = (all(Search::ByDate), all(Search::ByDistance));
    let most = |samples: &[Sample], value| quantile(samples, 1.0, value);
    writeln!(text, "| over all radii | measured | demanded |\n|---|---|---|")?;
    line(text, "by date: most calls", most(&date, CALLS), 80.0)?;
    line(text, "by date: most items", most(&date, ITEMS), 700.0)?;
    line(text, "by date: most RCU", most(&date, RCU), 48.0)?;
    line(text, "by date: over-read", over_read(&date), 7.0)?;
    line(text, "by distance: most items", most(&distance, ITEMS), 800.0)?;
    let empty = &figures[&(Search::Empty, 200_000)];
    line(text, "an empty region, R = 200: most calls", most(empty, CALLS), 20.0)?;
    line(text, "an empty region, R = 200: most rounds", most(empty, ROUNDS), 2.0)?;
    musicians(text, figures)
}

fn musicians(text: &mut String, figures: &Figures) -> Result {
    writeln!(
        text,
        "\n| musicians by instrument and level, R km | calls p95 | items p95 | RCU mean | RCU p95 | rounds p95 | found mean |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    for radius in RADII {
        let samples = &figures[&(Search::Musicians, radius)];
        let p95 = |value| quantile(samples, 0.95, value);
        let found = mean(samples, |sample| f64::from(u32::try_from(sample.found).unwrap_or(u32::MAX)));
        writeln!(
            text,
            "| {} | {} | {} | {:.1} | {} | {} | {found:.1} |",
            kilometres(radius),
            p95(CALLS),
            p95(ITEMS),
            mean(samples, RCU),
            p95(RCU),
            p95(ROUNDS),
        )?;
    }
    Ok(())
}

/// How the mean cost grows with the world, from the smallest to the largest that was measured.
pub(super) fn print_growth(text: &mut String, by_size: &[(u32, Figures)]) -> Result {
    let [(small, before), .., (large, after)] = by_size else { return Ok(()) };
    writeln!(text, "\n| mean RCU from {small} to {large} events | measured | demanded |\n|---|---|---|")?;
    for (search, name, demanded) in
        [(Search::ByDate, "by date", 1.8), (Search::ByDistance, "by distance", 3.0)]
    {
        let all = |figures: &Figures| {
            RADII.iter().flat_map(|radius| figures[&(search, *radius)].clone()).collect::<Vec<_>>()
        };
        line(text, &format!("{name}: ×"), mean(&all(after), RCU) / mean(&all(before), RCU), demanded)?;
    }
    Ok(())
}

fn row(text: &mut String, search: Search, radius: u32, samples: &[Sample]) -> Result {
    let demanded = if search == Search::ByDate { by_date(radius) } else { by_distance(radius) };
    let [calls, items, rcu] = [CALLS, ITEMS, RCU].map(|value| quantile(samples, 0.95, value));
    let rounds = quantile(samples, 0.95, ROUNDS);
    let partial = samples.iter().filter(|sample| sample.partial).count();
    writeln!(
        text,
        "| {} | {} | {} | {} | {} | {partial} | {:.1} | {:.1} |",
        kilometres(radius),
        beside(calls, demanded[0]),
        beside(items, demanded[1]),
        beside(rcu, demanded[2]),
        beside(rounds, if search == Search::ByDate { 3.0 } else { 5.0 }),
        over_read(samples),
        mean(samples, RCU),
    )
}

fn line(text: &mut String, what: &str, measured: f64, demanded: f64) -> Result {
    writeln!(text, "| {what} | {measured:.2}{} | {demanded} |", if measured > demanded { " !" } else { "" })
}

fn beside(measured: f64, demanded: f64) -> String {
    format!("{measured} ({demanded}){}", if measured > demanded { " !" } else { "" })
}

fn kilometres(metres: u32) -> f64 {
    f64::from(metres) / 1e3
}
