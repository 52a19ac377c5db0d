//! `tunelink audit`: whether a table is as it should be.

use std::process::ExitCode;

use serde_json::{Value, json};
use tunelink::store::audit::{self, Finding, Report};
use tunelink_local::cli::Audit;
use tunelink_local::target;

use crate::text;

/// It cannot be said whether all is as it should be.
const UNABLE: u8 = 2;

pub(crate) async fn run(options: &Audit) -> ExitCode {
    match look(options).await {
        Ok(report) => {
            println!("{}", outcome(&report, options.json));
            match report {
                Report { findings: 1.., .. } => ExitCode::FAILURE,
                Report { unsettled: 1.., .. } => ExitCode::from(UNABLE),
                _ => ExitCode::SUCCESS,
            }
        }
        Err(problem) => {
            eprintln!("tunelink: {problem}");
            ExitCode::from(UNABLE)
        }
    }
}

async fn look(options: &Audit) -> Result<Report, String> {
    let opened = target::open(&options.target).await.map_err(text)?;
    let tell = |finding: &Finding| println!("{}", line(finding, options.json));
    let app = opened.app();
    let report = audit::run(app.store(), app.clock(), options.pace(), tell).await;
    opened.close().await;
    report.map_err(text)
}

fn line(finding: &Finding, as_json: bool) -> String {
    let Finding { invariant, key, expected, found } = finding;
    if as_json {
        json!(finding).to_string()
    } else {
        format!("{invariant}: {key}: {expected} expected, {found} found")
    }
}

fn outcome(report: &Report, as_json: bool) -> String {
    let Report { rows, partitions, findings, unsettled, units } = report;
    if as_json {
        return Value::from_iter([("report", json!(report))]).to_string();
    }
    let busy = match unsettled {
        0 => String::new(),
        _ => format!(" Of {unsettled} partitions nothing is said: they were written to all the time."),
    };
    format!(
        "{findings} findings in {rows} rows of {partitions} partitions, for {units:.0} read capacity units.{busy}"
    )
}
