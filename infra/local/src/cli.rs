//! What `tunelink` takes on its command line.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use tunelink::store::audit::Pace;

use crate::backend::{Data, Options, TABLE};
use crate::world::Plan;

/// The `TuneLink` backend on one machine.
#[derive(Debug, Parser)]
#[command(name = "tunelink", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub serve: Serve,
    /// How to log: for people, or each line as the functions on AWS write it
    #[arg(long, global = true, env = "TUNELINK_LOG", value_enum, default_value_t, value_name = "FORMAT")]
    pub log: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and DynamoDB (what happens without a command, too)
    Serve(Serve),
    /// Make a member an administrator
    MakeAdmin {
        /// Username or e-mail address
        member: String,
        #[command(flatten)]
        target: Target,
    },
    /// Write the catalogue of instruments and genres
    Seed {
        #[command(flatten)]
        target: Target,
    },
    /// Fill the local backend with a plausible world of events and musicians
    Demo(Demo),
    /// Hand the records that the reaction to the table's stream gave up to it again
    Redrive {
        #[command(flatten)]
        target: Target,
        /// With --aws, the URL of the queue of failures
        #[arg(long, requires = "aws", value_name = "URL")]
        queue: Option<String>,
        /// With --aws, where sockets are written to: `https://….execute-api.….amazonaws.com/live`
        #[arg(long, requires = "aws", value_name = "URL")]
        live_endpoint: Option<String>,
    },
    /// Make keys for a deployment: a file for Secrets Manager, and the public keys on standard output
    MakeKeys {
        /// The file to write; it must not exist
        secret: PathBuf,
        /// The file with the keys in use: the public key of its signing key stays, and so does its refresh secret
        #[arg(long, value_name = "FILE")]
        after: Option<PathBuf>,
    },
    /// Look whether all that always holds of a table holds; it reads the whole table and writes nothing
    ///
    /// Ends with 1 when something is amiss, and with 2 when it cannot be said.
    Audit(Audit),
    /// Erase the accounts that were left 30 days ago, and finish erasures that were interrupted
    EraseDue {
        #[command(flatten)]
        target: Target,
    },
}

#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Port of the API
    #[arg(long, env = "TUNELINK_PORT", default_value_t = 3000)]
    pub port: u16,
    /// Port of DynamoDB
    #[arg(long, env = "TUNELINK_DYNAMODB_PORT", default_value_t = 8000)]
    pub dynamodb_port: u16,
    /// Folder of the database and the keys
    #[arg(long, env = "TUNELINK_DATA", default_value = ".tunelink", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Keep everything in memory and forget it at the end
    #[arg(long, env = "TUNELINK_EPHEMERAL", value_parser = FalseyValueParser::new())]
    pub ephemeral: bool,
    /// Wrong passwords and registrations that one network address is allowed in an hour
    #[arg(long, env = "TUNELINK_ATTEMPTS_PER_ADDRESS", value_name = "NUMBER")]
    pub attempts_per_address: Option<u32>,
}

#[derive(Clone, Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub target: Target,
    /// The most read capacity units a second, on average [default: 500 with --aws, as many as there are without]
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// Tell of each finding, and of the outcome, as a line of JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// How many events
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    pub events: u32,
    /// How many musicians
    #[arg(long, default_value_t = 2000, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=i64::from(Plan::MOST_MUSICIANS)))]
    pub musicians: u32,
    /// Only around this town, within 100 km
    #[arg(long, value_name = "TOWN")]
    pub around: Option<String>,
    /// Which world: each seed has its own
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// Folder of the local backend, running or not
    #[arg(long, env = "TUNELINK_DATA", default_value = ".tunelink", value_name = "FOLDER")]
    pub data: PathBuf,
}

/// Which table a command acts on: the local one, or one on AWS.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Folder of the local backend, running or not
    #[arg(long, env = "TUNELINK_DATA", default_value = ".tunelink", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Act on a table on AWS, with the credentials and the region of the environment
    #[arg(long, requires = "table")]
    pub aws: bool,
    /// The table on AWS
    #[arg(long, requires = "aws", value_name = "NAME")]
    pub table: Option<String>,
}

impl Serve {
    pub fn options(self) -> Options {
        Options {
            http: local(self.port),
            dynamodb: local(self.dynamodb_port),
            data: if self.ephemeral { Data::Memory } else { Data::Directory(self.data) },
            external_dynamodb: None,
            transport: None,
            reacts: true,
            variables: self
                .attempts_per_address
                .map(|number| ("TUNELINK_ATTEMPTS_PER_ADDRESS".to_owned(), number.to_string()))
                .into_iter()
                .collect(),
        }
    }
}

impl Audit {
    /// How fast it reads. A table on AWS has others to serve.
    pub fn pace(&self) -> Pace {
        const ON_AWS: u32 = 500;
        let units = self.rate.or_else(|| self.target.aws.then_some(ON_AWS));
        Pace { units: units.map(f64::from), pause: Duration::from_secs(2) }
    }
}

impl Demo {
    pub fn target(&self) -> Target {
        Target::local(self.data.clone())
    }
}

impl Target {
    pub fn local(data: PathBuf) -> Self {
        Self { data, aws: false, table: None }
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        self.table.as_deref().unwrap_or(TABLE)
    }

    /// How to open the local store, which nobody else needs to reach.
    pub fn options(&self) -> Options {
        Options { data: Data::Directory(self.data.clone()), ..Options::ephemeral() }
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn serve(arguments: &[&str]) -> Serve {
        Cli::try_parse_from([&["tunelink"], arguments].concat()).unwrap().serve
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serving_needs_no_command() {
        let options = serve(&["--port", "3001", "--ephemeral"]).options();
        assert_eq!(options.http, local(3001));
        assert_eq!(options.dynamodb, local(8000));
        assert!(matches!(options.data, Data::Memory));
    }

    #[test]
    fn an_audit_leaves_a_table_on_aws_room_for_others() {
        let pace = |arguments: &[&str]| {
            let cli = Cli::try_parse_from([&["tunelink", "audit"], arguments].concat()).unwrap();
            let Some(Command::Audit(audit)) = cli.command else { panic!("{cli:?}") };
            audit.pace().units
        };
        assert_eq!(pace(&[]), None);
        assert_eq!(pace(&["--aws", "--table", "T"]), Some(500.0));
        assert_eq!(pace(&["--aws", "--table", "T", "--rate", "50"]), Some(50.0));
        assert!(Cli::try_parse_from(["tunelink", "audit", "--rate", "0"]).is_err());
    }

    #[test]
    fn a_table_on_aws_has_to_be_named() {
        let error = Cli::try_parse_from(["tunelink", "seed", "--aws"]).unwrap_err();
        assert!(error.to_string().contains("--table"), "{error}");
    }
}
