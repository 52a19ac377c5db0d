//! What a month costs.

use crate::{
    Result,
    inputs::{Price, Prices},
    usage::Usage,
};

/// A line of the bill, in dollars a month.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) what: &'static str,
    pub(crate) dollars: f64,
}

/// What is left of a log compressed; it is kept for a month.
const LOGS_KEPT: f64 = 1.0 / 5.0;

/// The bill of a month with this many active musicians. An error where a price is missing.
pub(crate) fn bill(usage: &Usage, prices: &Prices, musicians: f64) -> Result<Vec<Line>> {
    let of = |what: &'static str, price: &str, each: f64| -> Result<Line> {
        let quantity = each * musicians;
        let price = prices.all.get(price).ok_or_else(|| format!("no price is given for {price}"))?;
        Ok(Line { what, dollars: price.of(quantity) })
    };
    Ok(vec![
        of("DynamoDB: writes (units)", "write_units", usage.write_units)?,
        of("DynamoDB: reads (units)", "read_units", usage.read_units)?,
        of("DynamoDB: table and indexes (GB)", "table_gb", usage.table_gb)?,
        of("DynamoDB: point-in-time recovery (GB)", "backup_gb", usage.table_gb)?,
        of("Lambda: time (GB-seconds)", "lambda_gb_seconds", usage.gb_seconds())?,
        of("Lambda: calls", "lambda_requests", usage.calls())?,
        of("API Gateway: HTTP requests", "http_requests", usage.http_requests)?,
        of("API Gateway: messages over sockets", "socket_messages", usage.socket_in + usage.frames)?,
        of("API Gateway: minutes of sockets", "socket_minutes", usage.socket_minutes)?,
        of("SNS: pushes", "pushes", usage.pushes)?,
        of("CloudWatch: log, taken in (GB)", "logs_gb", usage.log_gb)?,
        of("CloudWatch: log, kept (GB)", "logs_kept_gb", usage.log_gb * LOGS_KEPT)?,
        of("X-Ray: traces", "traces", usage.traces)?,
        of("data to the internet (GB)", "out_gb", usage.out_gb)?,
        Line { what: "secrets, alarms, dashboard", dollars: prices.fixed_dollars.value },
    ])
}

impl Price {
    /// Of this quantity, each part at the price of its tier.
    pub(crate) fn of(&self, quantity: f64) -> f64 {
        let mut from = 0.0;
        let mut dollars = 0.0;
        for tier in &self.tiers {
            let to = tier.up_to.unwrap_or(f64::INFINITY).min(quantity);
            dollars += (to - from).max(0.0) / self.per * tier.price;
            from = to.max(from);
        }
        dollars
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{close, inputs::Tier};

    fn price(per: f64, tiers: &[(Option<f64>, f64)]) -> Price {
        let tiers = tiers.iter().map(|&(up_to, price)| Tier { up_to, price }).collect();
        Price { per, tiers, source: String::new(), note: String::new() }
    }

    #[test]
    fn a_price_is_for_so_many() {
        // 2.5 million units at $0.625 a million.
        assert!(close(price(1e6, &[(None, 0.625)]).of(2.5e6), 1.5625));
    }

    #[test]
    fn each_part_of_a_quantity_has_the_price_of_its_tier() {
        // By the tiers of May 2025, 60 TB of log: 10 at 0.50, 20 at 0.25, 20 at 0.10 and 10 at 0.05 a GB.
        let logs = price(1.0, &[(Some(10e3), 0.5), (Some(30e3), 0.25), (Some(50e3), 0.1), (None, 0.05)]);
        assert!(close(logs.of(60e3), 12_500.0));
        assert!(close(logs.of(10e3), 5_000.0));
        assert!(close(logs.of(4e3), 2_000.0));
        assert!(close(logs.of(0.0), 0.0));
    }
}
