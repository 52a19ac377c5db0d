//! The embedded metric format of `CloudWatch`: metrics that are read from the lines of the log, and cost no call
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use serde_json::{Map, Value, json};

/// Which metrics the lines of calls have, and under which namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    pub namespace: String,
    pub detail: Detail,
}

/// Every metric is billed, and once more for each operation that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Off,
    /// Over all operations; only errors for each of them as well, which nobody pays for where there are none.
    Totals,
    /// For each operation as well.
    Operations,
}

impl Metrics {
    pub const fn off() -> Self {
        Self { namespace: String::new(), detail: Detail::Off }
    }

    /// What `TUNELINK_METRICS` and `TUNELINK_METRICS_NAMESPACE` say.
    pub fn parse(detail: Option<&str>, namespace: Option<String>) -> Result<Self, String> {
        let detail = match detail {
            Some("0") => Detail::Off,
            None | Some("totals") => Detail::Totals,
            Some("operations") => Detail::Operations,
            Some(_) => return Err("TUNELINK_METRICS is none of 0, totals, operations".to_owned()),
        };
        Ok(Self { namespace: namespace.unwrap_or_else(|| "TuneLink".to_owned()), detail })
    }

    /// Adds to the line of a call what makes metrics of it. `now` is in milliseconds of Unix time.
    pub(super) fn embed(&self, line: &mut Map<String, Value>, now: i64) {
        if self.detail == Detail::Off {
            return;
        }
        let failed = line.get("level").is_some_and(|level| level == "ERROR");
        let is_cold = line.get("cold") == Some(&Value::Bool(true));
        let once = |happened: bool| happened.then(|| Value::from(1));
        let metrics = [
            ("Duration", "Milliseconds", line.get("duration_ms").cloned()),
            ("ReadCapacity", "Count", line.get("rcu").cloned()),
            ("WriteCapacity", "Count", line.get("wcu").cloned()),
            ("ColdStart", "Count", once(is_cold)),
            ("Errors", "Count", once(failed)),
        ];
        let mut defined = Vec::new();
        for (name, unit, value) in metrics {
            let Some(value) = value.filter(Value::is_number) else { continue };
            line.insert(name.to_owned(), value);
            defined.push(json!({ "Name": name, "Unit": unit }));
        }
        let operation = line.get("operation").cloned().unwrap_or_default();
        line.insert("Operation".to_owned(), operation);
        let dimensions = |each: bool| if each { json!([[], ["Operation"]]) } else { json!([[]]) };
        let directive = |dimensions: Value, metrics: &[Value]| json!({ "Namespace": self.namespace, "Dimensions": dimensions, "Metrics": metrics });
        let mut directives = vec![directive(dimensions(self.detail == Detail::Operations), &defined)];
        if self.detail == Detail::Totals && failed {
            directives.push(directive(json!([["Operation"]]), &defined[defined.len() - 1..]));
        }
        line.insert("_aws".to_owned(), json!({ "Timestamp": now, "CloudWatchMetrics": directives }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules of the specification for `_aws`; it says what its members may be and allows no others.
    fn rules() -> Value {
        let name = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
        let metric = json!({
            "type": "object",
            "required": ["Name"],
            "additionalProperties": false,
            "properties": {
                "Name": name,
                "Unit": { "enum": ["Seconds", "Microseconds", "Milliseconds", "Bytes", "Percent", "Count", "None"] },
                "StorageResolution": { "enum": [1, 60] },
            },
        });
        let directive = json!({
            "type": "object",
            "required": ["Namespace", "Dimensions", "Metrics"],
            "additionalProperties": false,
            "properties": {
                "Namespace": name,
                "Dimensions": {
                    "type": "array",
                    "minItems": 1,
                    "items": { "type": "array", "maxItems": 30, "items": name },
                },
                "Metrics": { "type": "array", "maxItems": 100, "items": metric },
            },
        });
        json!({
            "type": "object",
            "required": ["_aws"],
            "properties": { "_aws": {
                "type": "object",
                "required": ["Timestamp", "CloudWatchMetrics"],
                "additionalProperties": false,
                "properties": {
                    "Timestamp": { "type": "integer" },
                    "CloudWatchMetrics": { "type": "array", "items": directive },
                },
            } },
        })
    }

    /// The line of a call with its metrics, held against the specification.
    fn embedded(detail: Detail, level: &str, cold: bool) -> Map<String, Value> {
        let line = json!({
            "level": level, "operation": "join_event", "status": 201, "duration_ms": 12.34, "rcu": 1.5, "wcu": 9.0,
            "cold": cold,
        });
        let mut line = line.as_object().unwrap().clone();
        Metrics { namespace: "TuneLink".to_owned(), detail }.embed(&mut line, 1_574_109_732_004);
        if detail != Detail::Off {
            let whole = Value::Object(line.clone());
            jsonschema::validator_for(&rules()).unwrap().validate(&whole).unwrap();
            for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
                for metric in directive["Metrics"].as_array().unwrap() {
                    assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
                }
                for dimension in directive["Dimensions"].as_array().unwrap() {
                    let mut names = dimension.as_array().unwrap().iter();
                    assert!(names.all(|name| line[name.as_str().unwrap()].is_string()), "{dimension}");
                }
            }
        }
        line
    }

    /// The names of a directive's metrics, and its dimensions.
    fn directives(line: &Map<String, Value>) -> Vec<(Vec<String>, Value)> {
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter();
        let names = |metrics: &Value| {
            let metrics = metrics.as_array().unwrap().iter();
            metrics.map(|metric| metric["Name"].as_str().unwrap().to_owned()).collect()
        };
        directives.map(|one| (names(&one["Metrics"]), one["Dimensions"].clone())).collect()
    }

    #[test]
    fn a_warm_success_counts_in_the_totals_alone() {
        let line = embedded(Detail::Totals, "INFO", false);
        let names = ["Duration", "ReadCapacity", "WriteCapacity"].map(str::to_owned).to_vec();
        assert_eq!(directives(&line), [(names, json!([[]]))]);
        assert_eq!((&line["Duration"], &line["ReadCapacity"]), (&json!(12.34), &json!(1.5)));
        assert_eq!(line["_aws"]["Timestamp"], 1_574_109_732_004_i64);
    }

    #[test]
    fn a_failure_counts_for_its_operation_as_well() {
        let line = embedded(Detail::Totals, "ERROR", true);
        let all = ["Duration", "ReadCapacity", "WriteCapacity", "ColdStart", "Errors"].map(str::to_owned);
        let errors = (vec!["Errors".to_owned()], json!([["Operation"]]));
        assert_eq!(directives(&line), [(all.to_vec(), json!([[]])), errors]);
        assert_eq!((&line["Errors"], &line["Operation"]), (&json!(1), &json!("join_event")));
    }

    #[test]
    fn who_pays_for_it_gets_everything_for_each_operation() {
        let line = embedded(Detail::Operations, "ERROR", false);
        let names = ["Duration", "ReadCapacity", "WriteCapacity", "Errors"].map(str::to_owned).to_vec();
        assert_eq!(directives(&line), [(names, json!([[], ["Operation"]]))]);
    }

    #[test]
    fn metrics_that_are_off_leave_the_line_as_it_is() {
        let line = embedded(Detail::Off, "ERROR", true);
        assert!(!line.contains_key("_aws") && !line.contains_key("Operation"), "{line:?}");
    }

    #[test]
    fn the_setting_is_one_of_three() {
        let parse = |detail| Metrics::parse(detail, None).map(|metrics| metrics.detail);
        assert_eq!(parse(None), Ok(Detail::Totals));
        assert_eq!(parse(Some("0")), Ok(Detail::Off));
        assert_eq!(parse(Some("operations")), Ok(Detail::Operations));
        assert!(parse(Some("yes")).unwrap_err().contains("TUNELINK_METRICS"));
        assert_eq!(Metrics::parse(None, Some("Stage".to_owned())).unwrap().namespace, "Stage");
    }
}
