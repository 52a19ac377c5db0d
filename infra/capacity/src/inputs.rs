//! What is worked with, all of it in files: each can be replaced by the reader's own.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};

use crate::{Result, memory::memory, root};

/// Everything that the figures follow from.
pub(crate) struct Inputs {
    pub(crate) costs: BTreeMap<String, Cost>,
    pub(crate) traffic: Traffic,
    pub(crate) prices: Prices,
    pub(crate) limits: Limits,
    /// Of each function, by the name of its resource without `Function`, in MB.
    pub(crate) memory: BTreeMap<String, f64>,
}

/// Where the inputs are.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) costs: PathBuf,
    pub(crate) traffic: PathBuf,
    pub(crate) prices: PathBuf,
    pub(crate) limits: PathBuf,
    pub(crate) template: PathBuf,
}

impl Files {
    /// Those that docs/CAPACITY.md is worked out from.
    pub(crate) fn of_the_repository() -> Self {
        Self {
            costs: root().join("infra/costs.json"),
            traffic: root().join("infra/capacity/traffic.json"),
            prices: root().join("infra/capacity/prices.json"),
            limits: root().join("infra/capacity/limits.json"),
            template: root().join("template.yaml"),
        }
    }
}

/// What one call of an operation asks of `DynamoDB`, as the suite measured it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Cost {
    pub(crate) calls: f64,
    /// Round trips one after another.
    pub(crate) rounds: f64,
    pub(crate) rcu: f64,
    pub(crate) wcu: f64,
    /// Bytes from `DynamoDB`.
    pub(crate) received: f64,
    #[serde(default)]
    pub(crate) reactions: Reactions,
}

/// What `react` then asks of it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Reactions {
    pub(crate) rcu: f64,
    pub(crate) wcu: f64,
}

/// What an active musician does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traffic {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) assumptions: Assumptions,
    pub(crate) calls: BTreeMap<String, Calls>,
    pub(crate) hot_keys: Vec<HotKey>,
}

/// A figure and where it is from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assumption {
    pub(crate) value: f64,
    pub(crate) why: String,
}

/// The figures of the model by their names, all of which have to be there.
macro_rules! assumptions {
    ($($name:ident),* $(,)?) => {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Assumptions {
            $(pub(crate) $name: Assumption,)*
        }

        impl Assumptions {
            /// Each with its name, in the order of this list.
            pub(crate) fn all(&self) -> Vec<(&'static str, &Assumption)> {
                vec![$((stringify!($name), &self.$name)),*]
            }
        }
    };
}

assumptions!(
    peak_to_mean,
    accounts_per_active,
    kb_kept_per_account,
    kb_kept_per_active,
    socket_minutes,
    online_share,
    sockets_per_person,
    devices_per_person,
    pushes_wanted,
    further_rcu,
    further_wcu,
    reply_kb,
    frame_kb,
    log_kb,
    access_log_kb,
    traced_share,
    round_ms,
    transaction_ms,
    cpu_base_ms,
    cpu_call_ms,
    cpu_kb_ms,
    cpu_hash_ms,
    reaction_ms,
    records_per_call,
    leaving_share,
    erasure_ms,
);

/// How often an operation is called, and what comes of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calls {
    pub(crate) per_month: f64,
    pub(crate) why: String,
    /// The case in the list of costs that is meant, where it is not that of the operation's own name.
    #[serde(rename = "as")]
    pub(crate) case: Option<String>,
    /// Passwords that are hashed.
    #[serde(default)]
    pub(crate) hashes: f64,
    /// Records of the stream that its mapping lets through, without those of the notifications.
    #[serde(default)]
    pub(crate) records: f64,
    /// People who get a notification of it.
    #[serde(default)]
    pub(crate) told: f64,
    /// Calls of SNS about endpoints.
    #[serde(default)]
    pub(crate) endpoints: f64,
    /// People to whom a frame goes if they are online.
    #[serde(default)]
    pub(crate) frames: f64,
}

/// A partition that many operations meet in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HotKey {
    pub(crate) key: String,
    pub(crate) unit: Unit,
    /// Of all that such operations do, what falls upon this one partition.
    pub(crate) share: f64,
    /// Units that a call of the operation takes there.
    pub(crate) units: BTreeMap<String, f64>,
    pub(crate) why: String,
}

/// What a partition, or an item, gives so much of in a second.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    Rcu,
    Wcu,
    /// Transactions that touch the same item.
    Commits,
}

/// What a month's use costs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) region: String,
    pub(crate) looked_up: String,
    #[serde(rename = "prices")]
    pub(crate) all: BTreeMap<String, Price>,
    /// A month, in dollars.
    pub(crate) fixed_dollars: Assumption,
}

/// The price of one thing, in tiers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    /// How many a price is for.
    pub(crate) per: f64,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) note: String,
}

/// A price up to a quantity; the last has no end.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tier {
    pub(crate) up_to: Option<f64>,
    /// In dollars.
    pub(crate) price: f64,
}

/// What may not be passed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) looked_up: String,
    #[serde(rename = "limits")]
    pub(crate) all: Vec<Limit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    pub(crate) name: String,
    /// What is measured: see `Usage::measure`.
    pub(crate) measure: String,
    pub(crate) quota: f64,
    pub(crate) kind: Kind,
    pub(crate) source: String,
}

/// What to do about a limit.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Change the template.
    Setting,
    /// Have AWS raise it.
    Quota,
    /// It grows by itself, not at once.
    Grows,
    /// Change the design.
    Design,
}

impl Inputs {
    /// Reads them. An error names the file at fault.
    pub(crate) fn read(files: &Files) -> Result<Self> {
        let template = text(&files.template)?;
        Ok(Self {
            costs: json(&files.costs)?,
            traffic: json(&files.traffic)?,
            prices: json(&files.prices)?,
            limits: json(&files.limits)?,
            memory: memory(&template),
        })
    }
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|problem| format!("{}: {problem}", file.display()).into())
}

fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    serde_json::from_str(&text(file)?).map_err(|problem| format!("{}: {problem}", file.display()).into())
}
