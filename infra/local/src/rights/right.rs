use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An action that is allowed on a resource: `dynamodb:GetItem table E#*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Right {
    /// As IAM names it.
    pub action: String,
    pub resource: Resource,
}

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Items of the table whose partition keys match the pattern (`dynamodb:LeadingKeys`).
    Table { keys: String },
    /// Entries of an index, in the same way.
    Index { name: String, keys: String },
    /// A platform application of SNS.
    Application,
    /// The endpoints of the platform applications.
    Endpoint,
    /// The sockets of the WebSocket API, by the method that is used on them.
    Connections { method: String },
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = &self.action;
        match &self.resource {
            Resource::Table { keys } => write!(f, "{action} table {keys}"),
            Resource::Index { name, keys } => write!(f, "{action} index/{name} {keys}"),
            Resource::Application => write!(f, "{action} application"),
            Resource::Endpoint => write!(f, "{action} endpoint"),
            Resource::Connections { method } => write!(f, "{action} connections {method}"),
        }
    }
}

impl FromStr for Right {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let (action, resource) = match words[..] {
            [action, "table", keys] => (action, Resource::Table { keys: keys.to_owned() }),
            [action, "application"] => (action, Resource::Application),
            [action, "endpoint"] => (action, Resource::Endpoint),
            [action, "connections", method] => (action, Resource::Connections { method: method.to_owned() }),
            [action, index, keys] if index.starts_with("index/") => {
                let name = index.trim_start_matches("index/").to_owned();
                (action, Resource::Index { name, keys: keys.to_owned() })
            }
            _ => return Err(format!("{text:?} is no right")),
        };
        Ok(Self { action: action.to_owned(), resource })
    }
}

impl Serialize for Right {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Right {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_read_as_it_is_written() {
        for text in [
            "dynamodb:GetItem table E#*",
            "dynamodb:Query index/related U#*#EVENTS",
            "sns:CreatePlatformEndpoint application",
            "sns:Publish endpoint",
            "execute-api:ManageConnections connections POST",
        ] {
            assert_eq!(text.parse::<Right>().unwrap().to_string(), text);
        }
        assert!("dynamodb:GetItem".parse::<Right>().is_err());
    }
}
