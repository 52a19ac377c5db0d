//! The roles: what `infra/rights.json` lists, in IAM's words.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::{Deployed, Setting, all};
use crate::rights::{Resource, Right};

/// Writes a function's role.
pub(super) fn write(text: &mut String, function: &Deployed, rights: Option<&BTreeSet<Right>>) {
    let (id, none) = (function.id(), BTreeSet::new());
    head(text, &format!("{id}Role"), "lambda");
    let rights = rights.unwrap_or(&none);
    of_table(text, rights);
    of_indexes(text, rights);
    of_services(text, rights);
    if function.name == functions::REACT.name {
        of_stream(text);
    }
    if function.settings().contains(&Setting::Issuing) {
        // Secrets Manager adds six characters to a name.
        let secret = "!Sub arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${IssuingSecret}-??????";
        statement(text, &["secretsmanager:GetSecretValue"], secret);
    }
    statement(text, &["logs:CreateLogStream", "logs:PutLogEvents"], &format!("!GetAtt {id}Logs.Arn"));
    // X-Ray knows no resources.
    statement(text, &["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "\"*\"");
}

/// Writes the role by which both gateways call the functions that answer them.
pub(super) fn write_gateway(text: &mut String) {
    head(text, "GatewayRole", "apigateway");
    text.push_str("              - Effect: Allow\n                Action: lambda:InvokeFunction\n                Resource:\n");
    let unasked = [functions::REACT.name, functions::ERASE_DUE.name];
    for function in all().iter().filter(|function| !unasked.contains(&function.name)) {
        let _ = writeln!(text, "                  - !GetAtt {}Function.Arn", function.id());
    }
}

fn head(text: &mut String, id: &str, service: &str) {
    let _ = write!(
        text,
        "  {id}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        \
         Version: \"2012-10-17\"\n        Statement:\n          - Effect: Allow\n            \
         Principal: {{ Service: {service}.amazonaws.com }}\n            Action: sts:AssumeRole\n      \
         Policies:\n        - PolicyName: rights\n          PolicyDocument:\n            \
         Version: \"2012-10-17\"\n            Statement:\n"
    );
}

/// Actions on items, those on the same kinds of partitions together.
fn of_table(text: &mut String, rights: &BTreeSet<Right>) {
    let mut keys_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for right in rights {
        if let Resource::Table { keys } = &right.resource {
            for action in actions(right) {
                keys_of.entry(action).or_default().insert(keys);
            }
        }
    }
    let mut actions_on: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (action, keys) in keys_of {
        actions_on.entry(keys).or_default().push(action);
    }
    for (keys, actions) in actions_on {
        statement(text, &actions, "!GetAtt Table.Arn");
        condition(text, &keys);
    }
}

/// What IAM calls it: what may be read alone may be read along with other items.
fn actions(right: &Right) -> Vec<&str> {
    match &*right.action {
        "dynamodb:GetItem" => vec!["dynamodb:BatchGetItem", "dynamodb:GetItem"],
        action => vec![action],
    }
}

fn of_indexes(text: &mut String, rights: &BTreeSet<Right>) {
    let mut keys_of: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for right in rights {
        if let Resource::Index { name, keys } = &right.resource {
            keys_of.entry((&right.action, name)).or_default().insert(keys);
        }
    }
    for ((action, index), keys) in keys_of {
        statement(text, &[action], &format!("!Sub ${{Table.Arn}}/index/{index}"));
        condition(text, &keys);
    }
}

/// Which partitions: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>.
fn condition(text: &mut String, keys: &BTreeSet<&str>) {
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    let _ = write!(
        text,
        "                Condition:\n                  ForAllValues:StringLike:\n                    \
         dynamodb:LeadingKeys: [{}]\n",
        keys.join(", ")
    );
}

/// What Lambda does with the function's own role before it calls it, and when it gives up:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>.
fn of_stream(text: &mut String) {
    let read = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
    statement(text, &read, "!GetAtt Table.StreamArn");
    statement(text, &["dynamodb:ListStreams"], "!Sub ${Table.Arn}/stream/*");
    statement(text, &["sqs:SendMessage"], "!GetAtt FailureQueue.Arn");
}

fn of_services(text: &mut String, rights: &BTreeSet<Right>) {
    let mut methods = BTreeSet::new();
    let (mut on_applications, mut on_endpoints) = (Vec::new(), Vec::new());
    for right in rights {
        match &right.resource {
            Resource::Connections { method } => {
                methods.insert(method);
            }
            Resource::Application => on_applications.push(&*right.action),
            Resource::Endpoint => on_endpoints.push(&*right.action),
            Resource::Table { .. } | Resource::Index { .. } => {}
        }
    }
    for method in methods {
        let sockets = format!(
            "!Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{LiveApi}}/live/{method}/@connections/*"
        );
        statement(text, &["execute-api:ManageConnections"], &sockets);
    }
    for (condition, application) in
        [("PushesToIos", "ApnsApplication"), ("PushesToAndroid", "FcmApplication")]
    {
        let endpoints = format!(
            "!Sub [\"${{Endpoint}}/*\", {{ Endpoint: !Join [\":endpoint/\", !Split [\":app/\", !Ref {application}]] }}]"
        );
        for (actions, resource) in
            [(&on_applications, format!("!Ref {application}")), (&on_endpoints, endpoints)]
        {
            if !actions.is_empty() {
                let _ = write!(
                    text,
                    "              - !If\n                - {condition}\n                - Effect: Allow\n                  \
                     Action: [{}]\n                  Resource: {resource}\n                - !Ref AWS::NoValue\n",
                    actions.join(", ")
                );
            }
        }
    }
}

fn statement(text: &mut String, actions: &[&str], resource: &str) {
    let _ = write!(
        text,
        "              - Effect: Allow\n                Action: [{}]\n                Resource: {resource}\n",
        actions.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::RIGHTS;

    /// What a role allows on partitions of the table and its indexes, written as rights are.
    fn allowed(role: &str) -> BTreeSet<String> {
        let list = |text: &str| -> Vec<String> {
            text.trim_matches(['[', ']']).split(", ").map(|one| one.trim_matches('"').to_owned()).collect()
        };
        let (mut actions, mut resource, mut allowed) = (Vec::new(), String::new(), BTreeSet::new());
        for line in role.lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("Action: ") {
                actions = list(text);
            } else if let Some(text) = line.strip_prefix("Resource: ") {
                resource = text.replace("!GetAtt Table.Arn", "table").replace("!Sub ${Table.Arn}/", "");
            } else if let Some(text) = line.strip_prefix("dynamodb:LeadingKeys: ") {
                for keys in list(text) {
                    allowed.extend(actions.iter().map(|action| format!("{action} {resource} {keys}")));
                }
            }
        }
        allowed
    }

    #[test]
    fn a_role_allows_what_is_listed_and_no_more() {
        for function in all() {
            let rights = &RIGHTS.get(function.name).cloned().unwrap_or_default();
            let mut role = String::new();
            write(&mut role, &function, Some(rights));
            let on_partitions =
                |right: &&Right| matches!(right.resource, Resource::Table { .. } | Resource::Index { .. });
            let listed: BTreeSet<_> = rights.iter().filter(on_partitions).map(ToString::to_string).collect();
            let read_alone = |right: &String| right.starts_with("dynamodb:GetItem ");
            let in_batches = listed.iter().filter(|right| read_alone(right));
            let in_batches = in_batches.map(|right| right.replace("GetItem", "BatchGetItem"));
            assert_eq!(allowed(&role), in_batches.chain(listed.clone()).collect(), "{}", function.name);
        }
    }
}
