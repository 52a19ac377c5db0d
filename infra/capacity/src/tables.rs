//! What was worked out, as tables in Markdown.

use std::fmt::Write;

use crate::{
    Result,
    bill::bill,
    inputs::{Inputs, Kind},
    listed::{assumptions, calls, hot_keys, prices},
    markdown::{amount, head, row, source},
    reach::reached,
    usage::{Units, Usage},
};

/// A part of the document.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// Every part, for these numbers of active musicians.
pub(crate) fn sections(inputs: &Inputs, sizes: &[f64]) -> Result<Vec<Section>> {
    let usage = Usage::of(inputs)?;
    let section = |name, text| Section { name, text };
    Ok(vec![
        section("bill", bills(&usage, inputs, sizes)?),
        section("rates", rates(&usage, sizes)?),
        section("first", first(&usage, inputs, sizes)?),
        section("limits", limits(&usage, inputs, sizes)?),
        section("turns", turns(&usage, inputs, sizes)?),
        section("units", units(&usage, inputs)?),
        section("functions", functions(&usage, sizes)),
        section("calls", calls(inputs, &usage)),
        section("assumptions", assumptions(inputs)),
        section("hot keys", hot_keys(inputs)),
        section("prices", prices(inputs)),
    ])
}

fn bills(usage: &Usage, inputs: &Inputs, sizes: &[f64]) -> Result<String> {
    let bills = sizes.iter().map(|size| bill(usage, &inputs.prices, *size)).collect::<Result<Vec<_>>>()?;
    let mut table = head("dollars a month, active musicians:", sizes);
    for line in 0..bills.first().map_or(0, Vec::len) {
        let dollars = bills.iter().map(|bill| amount(bill[line].dollars));
        row(&mut table, bills[0][line].what, dollars);
    }
    let sums: Vec<f64> = bills.iter().map(|bill| bill.iter().map(|line| line.dollars).sum()).collect();
    row(&mut table, "**in all**", sums.iter().map(|sum| format!("**{}**", amount(*sum))));
    let each = sums.iter().zip(sizes).map(|(sum, size)| format!("{:.4}", sum / size));
    row(&mut table, "for each of them", each);
    Ok(table)
}

/// What is measured in the busiest second, or at once.
const RATES: [(&str, &str); 12] = [
    ("HTTP requests/s", "http_requests"),
    ("messages from sockets/s", "socket_in"),
    ("frames to sockets/s", "frames"),
    ("requests of all kinds to API Gateway/s", "gateway_requests"),
    ("sockets that open/s", "connects"),
    ("sockets that are open", "sockets"),
    ("executions of functions at once", "concurrency"),
    ("of them, of `react`", "reactions"),
    ("records of the stream for `react`/s", "records"),
    ("read units/s", "read_units"),
    ("write units/s", "write_units"),
    ("pushes/s", "pushes"),
];

/// How many records of a shard may be at work at once: `ParallelizationFactor` of the template times `AT_ONCE` of the
/// function behind the stream.
const RECORDS_OF_A_SHARD: f64 = 10.0 * 16.0;

fn rates(usage: &Usage, sizes: &[f64]) -> Result<String> {
    let mut table = head("in the busiest second, active musicians:", sizes);
    for (what, measure) in RATES {
        let each = usage.measure(measure)?;
        row(&mut table, what, sizes.iter().map(|size| amount(each * size)));
    }
    let write = usage.measure("write_units")?;
    let partitions = sizes.iter().map(|size| {
        let by_rate =
            (write * size / 1000.0).max(usage.measure("read_units").unwrap_or_default() * size / 3000.0);
        amount(by_rate.max(usage.table_gb * size / 10.0).ceil().max(4.0))
    });
    row(&mut table, "partitions at least, indexes included", partitions);
    let reactions = usage.measure("records_at_work")?;
    let shards = sizes.iter().map(|size| amount((reactions * size / RECORDS_OF_A_SHARD).ceil()));
    row(&mut table, "shards that `react` needs", shards);
    row(&mut table, "table and indexes, GB", sizes.iter().map(|size| amount(usage.table_gb * size)));
    Ok(table)
}

/// Of each kind the first limit between a number of musicians and the next.
fn first(usage: &Usage, inputs: &Inputs, sizes: &[f64]) -> Result<String> {
    let kinds = [Kind::Setting, Kind::Grows, Kind::Quota, Kind::Design];
    let reached = reached(usage, &inputs.limits)?;
    let mut table = String::new();
    row(&mut table, "active musicians", kinds.iter().map(|kind| kind.remedy().to_owned()));
    let _ = writeln!(table, "|--:|{}", "---|".repeat(kinds.len()));
    let mut from = 0.0;
    for size in sizes {
        let on_the_way = |kind: &Kind| {
            let mut reached = reached.iter().filter(|reach| (from..*size).contains(&reach.musicians));
            let first = reached.find(|reach| reach.limit.kind == *kind);
            first.map_or_else(
                || "nothing".to_owned(),
                |reach| format!("**{}**: {}", amount(reach.musicians), reach.limit.name),
            )
        };
        row(&mut table, &amount(*size), kinds.iter().map(on_the_way));
        from = *size;
    }
    Ok(table)
}

fn limits(usage: &Usage, inputs: &Inputs, sizes: &[f64]) -> Result<String> {
    let mut table =
        String::from("| reached at, musicians | limit | it is | remedy | source |\n|--:|---|--:|---|---|\n");
    let reached = reached(usage, &inputs.limits)?;
    let mut sizes = sizes.iter().peekable();
    for reach in &reached {
        while let Some(size) = sizes.next_if(|size| **size < reach.musicians) {
            let _ = writeln!(table, "| **{}** | **active musicians** | | | |", amount(*size));
        }
        let limit = reach.limit;
        let source = source(&limit.source);
        let at = amount(reach.musicians);
        let (name, quota, remedy) = (&limit.name, amount(limit.quota), limit.kind.remedy());
        let _ = writeln!(table, "| {at} | {name} | {quota} | {remedy} | {source} |");
    }
    for size in sizes {
        let _ = writeln!(table, "| **{}** | **active musicians** | | | |", amount(*size));
    }
    let _ = writeln!(table, "\nLooked up {}.", inputs.limits.looked_up);
    Ok(table)
}

/// The most members of a group that are told in one reaction: `is_broadcast` of a conversation.
const GROUP: f64 = 250.0;
/// How many of them are told at a time: `AT_ONCE` of the reactions of conversations.
const TOLD_AT_ONCE: f64 = 25.0;
/// The round trips of such a reaction before it tells anybody.
const READS_BEFORE: f64 = 6.0;
/// Units a second that a partition gives.
const READS_OF_A_PARTITION: f64 = 3000.0;
/// Units that `get_event` takes of the event's partition: the event up to 4 KB, and whether the caller takes part.
const READS_OF_AN_EVENT: f64 = 2.0;
/// New sockets a second, by API Gateway's default quota.
const NEW_SOCKETS: f64 = 500.0;

/// What does not depend on how many musicians there are, and what comes after an outage.
fn turns(usage: &Usage, inputs: &Inputs, sizes: &[f64]) -> Result<String> {
    let assumed = &inputs.traffic.assumptions;
    let (round, commit) = (assumed.round_ms.value, assumed.round_ms.value + assumed.transaction_ms.value);
    let turn = round + commit;
    let group = READS_BEFORE * round + (GROUP / TOLD_AT_ONCE).ceil() * turn;
    let mut table = String::from("| one thing | may do | because |\n|---|--:|---|\n");
    let (turns, messages) = (amount(1000.0 / turn), amount(1000.0 / group));
    let _ = writeln!(
        table,
        "| an event | {turns} sign-ups/s | its seats are changed in turns, a read and a commit of {turn} ms each |"
    );
    let _ =
        writeln!(table, "| a conversation | {turns} messages/s | its head is changed in turns, likewise |");
    let shown = amount(READS_OF_A_PARTITION / READS_OF_AN_EVENT);
    let _ = writeln!(
        table,
        "| an event | {shown} times shown/s | its partition gives {READS_OF_A_PARTITION} read units/s, \
         and `get_event` takes {READS_OF_AN_EVENT} there |"
    );
    let _ = writeln!(
        table,
        "| a group of {GROUP} | {messages} messages/s told as they come | its records come in their order, each \
         {group} ms: {READS_BEFORE} reads, then {TOLD_AT_ONCE} members at a time |"
    );
    let open = usage.measure("sockets")?;
    table.push('\n');
    table.push_str(&head("after an outage, active musicians:", sizes));
    row(&mut table, "sockets that open again", sizes.iter().map(|size| amount(open * size)));
    let minutes = sizes.iter().map(|size| amount(open * size / NEW_SOCKETS / 60.0));
    row(&mut table, &format!("minutes that takes at {NEW_SOCKETS} a second"), minutes);
    Ok(table)
}

/// How many operations the table has.
const DEAREST: usize = 12;

fn units(usage: &Usage, inputs: &Inputs) -> Result<String> {
    let price = |name: &str| {
        let price = inputs.prices.all.get(name).ok_or_else(|| format!("no price is given for {name}"))?;
        Result::Ok(price.of(1e6) / 1e6)
    };
    let (read, write) = (price("read_units")?, price("write_units")?);
    let dollars = |units: &Units| units.rcu * read + units.wcu * write;
    let all: f64 = usage.units.values().map(dollars).sum();
    let mut dearest: Vec<_> = usage.units.iter().collect();
    dearest.sort_by(|(_, one), (_, other)| dollars(other).total_cmp(&dollars(one)));
    let mut table = String::from(
        "| operation | RCU | WCU | of them, reactions' | share of what DynamoDB's units cost |\n|---|--:|--:|--:|--:|\n",
    );
    for (name, units) in dearest.into_iter().take(DEAREST) {
        let share = 100.0 * dollars(units) / all;
        let [rcu, wcu, reactions] = [units.rcu, units.wcu, units.reactions].map(amount);
        let _ = writeln!(table, "| `{name}` | {rcu} | {wcu} | {reactions} | {share:.0} % |");
    }
    Ok(table)
}

/// How many functions the table has.
const BUSIEST: usize = 14;

fn functions(usage: &Usage, sizes: &[f64]) -> String {
    let mut table = head("executions at once in the busiest second, active musicians:", sizes);
    table = table.replacen(" |", " | MB | ms a call | share of Lambda's bill |", 1);
    table = table.replacen("|---|", "|---|--:|--:|--:|", 1);
    let mut functions: Vec<_> = usage.functions.iter().collect();
    functions.sort_by(|(_, one), (_, other)| other.gb_seconds().total_cmp(&one.gb_seconds()));
    let all = usage.gb_seconds();
    let peak = usage.measure("concurrency").unwrap_or_default();
    let seconds: f64 = usage.functions.values().map(|function| function.seconds()).sum();
    for (name, function) in functions.into_iter().take(BUSIEST) {
        let share = format!("{:.0} %", 100.0 * function.gb_seconds() / all);
        let first = [amount(function.memory), format!("{:.0}", function.ms), share];
        let at_once = sizes.iter().map(|size| amount(peak * size * function.seconds() / seconds));
        row(&mut table, &format!("`{name}`"), first.into_iter().chain(at_once));
    }
    table
}
