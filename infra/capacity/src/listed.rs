//! What was assumed, as tables in Markdown.

use std::fmt::Write;

use crate::{
    inputs::Inputs,
    markdown::{amount, source},
    usage::Usage,
};

pub(crate) fn calls(inputs: &Inputs, usage: &Usage) -> String {
    let mut table =
        String::from("| operation | calls a month | RCU | WCU | ms | because |\n|---|--:|--:|--:|--:|---|\n");
    for (name, calls) in &inputs.traffic.calls {
        let cost = inputs.costs.get(calls.case.as_deref().unwrap_or(name)).copied().unwrap_or_default();
        let ms = usage.functions.get(name).map_or(0.0, |function| function.ms);
        let (times, why) = (calls.per_month, &calls.why);
        let _ = writeln!(table, "| {name} | {times} | {} | {} | {ms:.0} | {why} |", cost.rcu, cost.wcu);
    }
    table
}

pub(crate) fn assumptions(inputs: &Inputs) -> String {
    let mut table = String::from("| assumption | value | |\n|---|--:|---|\n");
    for (name, assumption) in inputs.traffic.assumptions.all() {
        let _ = writeln!(table, "| `{name}` | {} | {} |", assumption.value, assumption.why);
    }
    table
}

pub(crate) fn hot_keys(inputs: &Inputs) -> String {
    let mut table = String::from(
        "| partition | unit | its share of all | units of each call | |\n|---|---|--:|---|---|\n",
    );
    for hot in &inputs.traffic.hot_keys {
        let units: Vec<_> = hot.units.iter().map(|(name, units)| format!("{name} {units}")).collect();
        let (key, unit, share, why) = (&hot.key, hot.unit.name(), 100.0 * hot.share, &hot.why);
        let _ = writeln!(table, "| {key} | {unit} | {share:.0} % | {} | {why} |", units.join(", "));
    }
    table
}

pub(crate) fn prices(inputs: &Inputs) -> String {
    let prices = &inputs.prices;
    let mut table = format!("{}, looked up {}.\n\n", prices.region, prices.looked_up);
    table.push_str("| price | dollars | for | |\n|---|---|--:|---|\n");
    for (name, price) in &prices.all {
        let tiers = price.tiers.iter().map(|tier| match tier.up_to {
            Some(end) => format!("{} up to {}", tier.price, amount(end)),
            None => tier.price.to_string(),
        });
        let tiers: Vec<_> = tiers.collect();
        let note = if price.note.is_empty() { String::new() } else { format!(": {}", price.note) };
        let (tiers, per, source) = (tiers.join(", then "), amount(price.per), source(&price.source));
        let _ = writeln!(table, "| `{name}` | {tiers} | {per} | {source}{note} |");
    }
    let _ = writeln!(
        table,
        "| `fixed_dollars` | {} | 1 | {} |",
        prices.fixed_dollars.value, prices.fixed_dollars.why
    );
    table
}
