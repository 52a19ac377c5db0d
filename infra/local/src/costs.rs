//! What each operation asks of DynamoDB: `infra/costs.json` has it as the suite measured it, and no operation may cost
//! more.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// What one call of an operation comes to, its session included.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Cost {
    /// Requests.
    pub calls: u32,
    /// The longest chain of requests of which each waits for the one before it: round trips one after another.
    pub rounds: u32,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
    /// Bytes of the requests' bodies.
    pub sent: u64,
    /// Bytes of the replies' bodies.
    pub received: u64,
    /// What comes of the changes in the table's stream, until nothing more does.
    #[serde(default, skip_serializing_if = "Reactions::is_none")]
    pub reactions: Reactions,
}

/// What `react` asks of DynamoDB after one call of an operation.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Reactions {
    pub rcu: f64,
    pub wcu: f64,
}

impl Reactions {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The costs of operations and of special cases of them, by their names: `get_event`, `get_event of 4 KB`.
pub type Costs = BTreeMap<String, Cost>;

/// Where they are listed, from the root of the repository.
pub const FILE: &str = "infra/costs.json";

/// The document that shows them.
pub(crate) const DOCUMENT: &str = "docs/PERFORMANCE.md";

/// The list that this program was built with.
pub static COSTS: LazyLock<Costs> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../costs.json")).expect("infra/costs.json lists costs")
});

/// The list as a table in Markdown.
pub(crate) fn table(costs: &Costs) -> String {
    let mut table = String::from(
        "| | calls | depth | RCU | WCU | bytes out | bytes in | reactions' RCU | WCU |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (name, cost) in costs {
        let Cost { calls, rounds, rcu, wcu, sent, received, reactions } = cost;
        let units = [rcu, wcu].map(ToString::to_string).join(" | ");
        let reactions = [reactions.rcu, reactions.wcu].map(|units| match units {
            0.0 => String::new(),
            units => units.to_string(),
        });
        let reactions = reactions.join(" | ");
        let row = format!("| {name} | {calls} | {rounds} | {units} | {sent} | {received} | {reactions} |\n");
        table.push_str(&row);
    }
    table
}
