//! How far the limits are.

use crate::{
    Result,
    inputs::{Kind, Limit, Limits},
    usage::Usage,
};

/// A limit, and how many active musicians reach it.
#[derive(Debug)]
pub(crate) struct Reach<'a> {
    pub(crate) limit: &'a Limit,
    pub(crate) musicians: f64,
}

/// All limits, the one that is reached first first.
pub(crate) fn reached<'a>(usage: &Usage, limits: &'a Limits) -> Result<Vec<Reach<'a>>> {
    let reach = |limit: &'a Limit| {
        let each = usage.measure(&limit.measure)?;
        Ok(Reach { limit, musicians: limit.quota / each })
    };
    let mut reached = limits.all.iter().map(reach).collect::<Result<Vec<_>>>()?;
    reached.sort_by(|one, other| one.musicians.total_cmp(&other.musicians));
    Ok(reached)
}

impl Kind {
    /// What is to be done.
    pub(crate) const fn remedy(self) -> &'static str {
        match self {
            Self::Setting => "change the setting",
            Self::Quota => "have the quota raised",
            Self::Grows => "grows by itself; warm it before a rush",
            Self::Design => "change the design",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        close,
        inputs::{Files, Inputs},
    };

    #[test]
    fn what_is_reached_first_comes_first() {
        let mut inputs = Inputs::read(&Files::of_the_repository()).unwrap();
        inputs.traffic.assumptions.peak_to_mean.value = 2.0;
        let mut usage = Usage::of(&inputs).unwrap();
        // One request each second at the mean, two at the peak; a socket opens every tenth second, every fifth then.
        usage.http_requests = 2_592_000.0;
        usage.connects = 259_200.0;
        let limit = |measure: &str, quota: f64| json!({ "name": measure, "measure": measure, "quota": quota, "kind": "quota", "source": "" });
        let limits = [limit("connects", 100.0), limit("http_requests", 300.0)];
        let limits =
            serde_json::from_value(json!({ "about": "", "looked_up": "", "limits": limits })).unwrap();
        let reached = reached(&usage, &limits).unwrap();
        let [first, second] = reached.as_slice() else { panic!("there are two limits") };
        assert!(first.limit.name == "http_requests" && close(first.musicians, 150.0));
        assert!(second.limit.name == "connects" && close(second.musicians, 500.0));
    }
}
