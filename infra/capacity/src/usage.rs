//! What one active musician uses in a month.

use std::collections::BTreeMap;

use crate::{
    Result,
    inputs::{Assumptions, Calls, Cost, HotKey, Inputs, Unit},
};

/// A month of 30 days, in seconds.
pub(crate) const MONTH: f64 = 30.0 * 86_400.0;
/// The memory at which a function has one core, in MB:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
const CORE: f64 = 1769.0;
/// The functions that are no operations of the HTTP API.
const OVER_SOCKETS: [&str; 3] = ["connect", "disconnect", "receive"];
const REACT: &str = "react";

/// What one active musician uses in a month.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    pub(crate) functions: BTreeMap<String, Function>,
    pub(crate) http_requests: f64,
    /// Messages from clients.
    pub(crate) socket_in: f64,
    pub(crate) frames: f64,
    pub(crate) connects: f64,
    pub(crate) socket_minutes: f64,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
    /// The same by operations.
    pub(crate) units: BTreeMap<String, Units>,
    /// Of the stream, that reach `react`.
    pub(crate) records: f64,
    pub(crate) pushes: f64,
    /// Calls of SNS about endpoints.
    pub(crate) endpoint_calls: f64,
    pub(crate) log_gb: f64,
    pub(crate) out_gb: f64,
    pub(crate) traces: f64,
    /// Kept, not a month.
    pub(crate) table_gb: f64,
    /// Of `erase_due`, in seconds a day.
    pub(crate) erasure_seconds_a_day: f64,
    /// By its key, at the mean, in a second.
    hot_keys: BTreeMap<String, f64>,
    peak_to_mean: f64,
    /// For one record.
    reaction_seconds: f64,
}

/// What one function does in a month for one active musician.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Function {
    pub(crate) calls: f64,
    /// A call, in milliseconds.
    pub(crate) ms: f64,
    /// In MB.
    pub(crate) memory: f64,
}

/// Units of capacity that an operation takes in a month, reactions included.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Units {
    pub(crate) rcu: f64,
    pub(crate) wcu: f64,
    /// Of both, those of reactions.
    pub(crate) reactions: f64,
}

impl Function {
    pub(crate) fn seconds(self) -> f64 {
        self.calls * self.ms / 1000.0
    }

    pub(crate) fn gb_seconds(self) -> f64 {
        self.seconds() * self.memory / 1024.0
    }
}

impl Usage {
    pub(crate) fn of(inputs: &Inputs) -> Result<Self> {
        let assumed = &inputs.traffic.assumptions;
        let mut usage = Self {
            socket_minutes: assumed.socket_minutes.value,
            table_gb: gb(assumed.kb_kept_per_active.value
                + assumed.accounts_per_active.value * assumed.kb_kept_per_account.value),
            erasure_seconds_a_day: assumed.leaving_share.value * assumed.erasure_ms.value / 1000.0 / 30.0,
            peak_to_mean: assumed.peak_to_mean.value,
            reaction_seconds: assumed.reaction_ms.value / 1000.0,
            ..Self::default()
        };
        for (name, calls) in &inputs.traffic.calls {
            let case = calls.case.as_deref().unwrap_or(name);
            let cost =
                inputs.costs.get(case).ok_or_else(|| format!("nothing is known of what {case} costs"))?;
            let function = Function {
                calls: calls.per_month,
                ms: ms(cost, calls, memory(inputs, name)?, assumed),
                memory: memory(inputs, name)?,
            };
            usage.functions.insert(name.clone(), function);
            usage.add(name, calls, cost, assumed);
        }
        let react = Function {
            calls: usage.records / assumed.records_per_call.value,
            ms: assumed.reaction_ms.value,
            memory: memory(inputs, REACT)?,
        };
        usage.functions.insert(REACT.to_owned(), react);
        usage.follows(assumed);
        usage.hot_keys = inputs
            .traffic
            .hot_keys
            .iter()
            .map(|hot| Ok((hot.key.clone(), at(hot, inputs)?)))
            .collect::<Result<_>>()?;
        Ok(usage)
    }

    /// What comes of the calls of one operation.
    fn add(&mut self, name: &str, calls: &Calls, cost: &Cost, assumed: &Assumptions) {
        let times = calls.per_month;
        match name {
            "connect" => self.connects += times,
            "receive" => self.socket_in += times,
            name if OVER_SOCKETS.contains(&name) => {}
            _ => self.http_requests += times,
        }
        // What was measured is one person who is told.
        let further = (calls.told - 1.0).max(0.0);
        let reactions = [
            cost.reactions.rcu + further * assumed.further_rcu.value,
            cost.reactions.wcu + further * assumed.further_wcu.value,
        ];
        let units = Units {
            rcu: times * (cost.rcu + reactions[0]),
            wcu: times * (cost.wcu + reactions[1]),
            reactions: times * (reactions[0] + reactions[1]),
        };
        self.read_units += units.rcu;
        self.write_units += units.wcu;
        self.units.insert(name.to_owned(), units);
        self.records += times * (calls.records + calls.told);
        self.frames += times * calls.frames * assumed.online_share.value * assumed.sockets_per_person.value;
        self.endpoint_calls += times * calls.endpoints;
        self.pushes += times * calls.told * assumed.pushes_wanted.value * assumed.devices_per_person.value;
    }

    /// What follows from the sums.
    fn follows(&mut self, assumed: &Assumptions) {
        let calls = self.calls();
        let requests = self.http_requests + self.socket_in + 2.0 * self.connects;
        self.log_gb = gb(calls * assumed.log_kb.value + requests * assumed.access_log_kb.value);
        self.out_gb = gb(self.http_requests * assumed.reply_kb.value + self.frames * assumed.frame_kb.value);
        self.traces = calls * assumed.traced_share.value;
    }

    /// Of all functions.
    pub(crate) fn calls(&self) -> f64 {
        self.functions.values().map(|function| function.calls).sum()
    }

    pub(crate) fn gb_seconds(&self) -> f64 {
        self.functions.values().map(|function| function.gb_seconds()).sum()
    }

    /// What a limit is about, for one active musician: in the busiest second, or at once. An error where it is unknown.
    pub(crate) fn measure(&self, name: &str) -> Result<f64> {
        if name == "erasure_seconds_a_day" {
            return Ok(self.erasure_seconds_a_day);
        }
        let seconds = || self.functions.values().map(|function| function.seconds()).sum::<f64>();
        let month = match name {
            "http_requests" => self.http_requests,
            "socket_in" => self.socket_in,
            "gateway_requests" => self.http_requests + self.socket_in + self.connects + self.frames,
            "connects" => self.connects,
            "frames" => self.frames,
            "sockets" => self.socket_minutes * 60.0,
            "function_calls" => self.calls(),
            "concurrency" => seconds(),
            "reactions" => self.functions.get(REACT).copied().unwrap_or_default().seconds(),
            "read_units" => self.read_units,
            "write_units" => self.write_units,
            "records" => self.records,
            "records_at_work" => self.records * self.reaction_seconds,
            "pushes" => self.pushes,
            "endpoint_calls" => self.endpoint_calls,
            name => {
                let hot = name.strip_prefix("hot:").and_then(|key| self.hot_keys.get(key));
                hot.ok_or_else(|| format!("a limit is about {name:?}, which nothing measures"))? * MONTH
            }
        };
        Ok(month / MONTH * self.peak_to_mean)
    }
}

/// How long a call takes: it waits for `DynamoDB`, and computes on its share of a core.
fn ms(cost: &Cost, calls: &Calls, memory: f64, assumed: &Assumptions) -> f64 {
    let commit = if cost.wcu > 0.0 { assumed.transaction_ms.value } else { 0.0 };
    let waits = cost.rounds * assumed.round_ms.value + commit;
    let computes = assumed.cpu_base_ms.value
        + cost.calls * assumed.cpu_call_ms.value
        + cost.received / 1024.0 * assumed.cpu_kb_ms.value
        + calls.hashes * assumed.cpu_hash_ms.value;
    waits + computes * (CORE / memory).max(1.0)
}

fn memory(inputs: &Inputs, function: &str) -> Result<f64> {
    let id: String = function.split('_').map(capital).collect();
    let memory = inputs.memory.get(&id).copied();
    memory.ok_or_else(|| format!("the template has no {id}Function with MemorySize").into())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// The units that one active musician takes of a partition in a mean second.
fn at(hot: &HotKey, inputs: &Inputs) -> Result<f64> {
    let mut units = 0.0;
    for (name, each) in &hot.units {
        let calls =
            inputs.traffic.calls.get(name).ok_or_else(|| format!("{}: {name} is never called", hot.key))?;
        units += calls.per_month * each;
    }
    Ok(units * hot.share / MONTH)
}

impl Unit {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rcu => "RCU",
            Self::Wcu => "WCU",
            Self::Commits => "commits",
        }
    }
}

/// From KB, in the units of 1,024.
fn gb(kb: f64) -> f64 {
    kb / 1024.0 / 1024.0
}

#[cfg(test)]
mod tests;
