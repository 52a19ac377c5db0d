//! What is deployed: each function with what it is given, written into `template.yaml`.

mod roles;

use std::fmt::Write;

use tunelink::openapi::pascal_case;

use crate::rights::Rights;

/// A function as it runs on AWS.
#[derive(Clone, Copy, Debug)]
pub struct Deployed {
    /// The name of binary, sample and rights.
    pub name: &'static str,
    about: &'static str,
    /// In seconds.
    timeout: u32,
}

/// What a function is given beside the table's name and the public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The key that seals cursors.
    Cursors,
    /// The secret with the private key of tokens.
    Issuing,
    /// Where sockets are written to.
    Live,
    /// The platform applications of SNS.
    Push,
    /// What one address is allowed.
    Attempts,
}

/// They hash passwords: 19 MiB and two passes of Argon2id, which with a share of a core that grows with the memory is a
/// matter of money or of time.
const HASH: [&str; 5] = ["register", "log_in", "issue_token", "change_password", "delete_my_account"];
/// They issue tokens.
const ISSUE: [&str; 4] = ["register", "log_in", "issue_token", "refresh_session"];
/// They count what comes from one address.
const COUNT: [&str; 3] = ["register", "log_in", "issue_token"];

/// API Gateway waits for 30 seconds; a call gives up after 25.
const API_TIMEOUT: u32 = 29;
/// As the stream's mapping has it locally.
const REACTION_TIMEOUT: u32 = 60;
/// The most that Lambda gives: what is not done is gone on with the next day.
const SCHEDULED_TIMEOUT: u32 = 900;

/// Every function, in the order of the template.
pub fn all() -> Vec<Deployed> {
    let operations = functions::ALL.iter().map(|function| Deployed {
        name: function.name,
        about: function.route.summary,
        timeout: API_TIMEOUT,
    });
    let live = functions::LIVE.iter().map(|function| Deployed {
        name: function.name,
        about: match function.route {
            "$connect" => "Lets a socket open",
            "$disconnect" => "Forgets a socket that was closed",
            _ => "Takes what comes over a socket",
        },
        timeout: API_TIMEOUT,
    });
    let others = [
        Deployed {
            name: functions::REACT.name,
            about: "Does what follows from changes of the table",
            timeout: REACTION_TIMEOUT,
        },
        Deployed {
            name: functions::ERASE_DUE.name,
            about: "Erases the accounts whose time has come",
            timeout: SCHEDULED_TIMEOUT,
        },
    ];
    operations.chain(live).chain(others).collect()
}

impl Deployed {
    /// What it is given; nothing else is there to be read.
    pub fn settings(&self) -> Vec<Setting> {
        let pages = self.name.starts_with("list_") || self.name.starts_with("search_");
        let given = [
            (pages, Setting::Cursors),
            (ISSUE.contains(&self.name), Setting::Issuing),
            (["receive", "react"].contains(&self.name), Setting::Live),
            (["register_device", "react"].contains(&self.name), Setting::Push),
            (COUNT.contains(&self.name), Setting::Attempts),
        ];
        given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, setting)| setting).collect()
    }

    /// In MB.
    fn memory(&self) -> u32 {
        match self.name {
            name if HASH.contains(&name) => 1024,
            "react" | "erase_due" | "search_events" | "search_users" => 512,
            _ => 256,
        }
    }

    /// What its resources are called in the template begins with this.
    fn id(&self) -> String {
        pascal_case(self.name)
    }
}

impl Setting {
    const ALL: [Self; 5] = [Self::Cursors, Self::Issuing, Self::Live, Self::Push, Self::Attempts];

    /// The variables as the functions read them.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Cursors => &["TUNELINK_CURSOR_SECRET"],
            Self::Issuing => &["TUNELINK_SIGNING_KEY", "TUNELINK_SIGNING_KEY_ID", "TUNELINK_REFRESH_SECRET"],
            Self::Live => &["TUNELINK_LIVE_ENDPOINT"],
            Self::Push => &["TUNELINK_APNS_APPLICATION", "TUNELINK_FCM_APPLICATION"],
            Self::Attempts => &["TUNELINK_ATTEMPTS_PER_ADDRESS"],
        }
    }

    /// The variables, with what the template says of each.
    fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Cursors => {
                &[("TUNELINK_CURSOR_SECRET", "!Sub \"{{resolve:secretsmanager:${CursorSecret}}}\"")]
            }
            Self::Issuing => &[
                ("TUNELINK_ISSUING_SECRET", "!Ref IssuingSecret"),
                ("TUNELINK_ISSUING_SECRET_VERSION", "!Ref IssuingSecretVersion"),
            ],
            Self::Live => &[(
                "TUNELINK_LIVE_ENDPOINT",
                "!Sub \"https://${LiveApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live\"",
            )],
            Self::Push => &[
                ("TUNELINK_APNS_APPLICATION", "!If [PushesToIos, !Ref ApnsApplication, !Ref AWS::NoValue]"),
                ("TUNELINK_FCM_APPLICATION", "!If [PushesToAndroid, !Ref FcmApplication, !Ref AWS::NoValue]"),
            ],
            Self::Attempts => &[("TUNELINK_ATTEMPTS_PER_ADDRESS", "!Ref AttemptsPerAddress")],
        }
    }
}

/// The variables that a function of this name is not given.
pub(crate) fn withheld(name: &str) -> Vec<&'static str> {
    let given = all().into_iter().find(|function| function.name == name).map(|function| function.settings());
    let given = given.unwrap_or_default();
    Setting::ALL
        .iter()
        .filter(|setting| !given.contains(setting))
        .flat_map(|setting| setting.names())
        .copied()
        .collect()
}

/// The resources of all functions: function, role and log group of each, and the role by which the gateways call them.
pub fn resources(rights: &Rights) -> String {
    let mut text = String::new();
    for function in all() {
        write_function(&mut text, &function);
        roles::write(&mut text, &function, rights.get(function.name));
    }
    roles::write_gateway(&mut text);
    text
}

fn write_function(text: &mut String, function: &Deployed) {
    let Deployed { name, about, timeout } = function;
    let (id, memory) = (function.id(), function.memory());
    let _ = write!(
        text,
        "\n  {id}Function:\n    Type: AWS::Serverless::Function\n    Metadata: {{ SkipBuild: true }}\n    Properties:\n      \
         FunctionName: !Sub ${{AWS::StackName}}-{name}\n      Description: \"{about}\"\n      \
         CodeUri: target/lambda/{name}/\n      Role: !GetAtt {id}Role.Arn\n      MemorySize: {memory}\n      \
         Timeout: {timeout}\n      LoggingConfig: {{ LogGroup: !Ref {id}Logs }}\n"
    );
    let variables: Vec<_> = function.settings().into_iter().flat_map(Setting::variables).collect();
    if !variables.is_empty() {
        text.push_str("      Environment:\n        Variables:\n");
        for (name, value) in variables {
            let _ = writeln!(text, "          {name}: {value}");
        }
    }
    let _ = write!(
        text,
        "  {id}Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      \
         LogGroupName: !Sub /tunelink/${{AWS::StackName}}/{name}\n      RetentionInDays: !Ref LogRetention\n"
    );
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rights::RIGHTS;

    #[test]
    fn whoever_has_rights_is_deployed() {
        let deployed: BTreeSet<&str> = all().iter().map(|function| function.name).collect();
        assert_eq!(RIGHTS.keys().find(|name| !deployed.contains(name.as_str())), None);
        assert_eq!(deployed.len(), all().len());
    }

    #[test]
    fn the_reaction_alone_reads_the_stream() {
        for function in all() {
            let mut role = String::new();
            roles::write(&mut role, &function, None);
            assert_eq!(role.contains("dynamodb:GetRecords"), function.name == "react", "{}", function.name);
        }
    }
}
