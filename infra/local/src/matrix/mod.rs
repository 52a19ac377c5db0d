//! Who may do what: what becomes of a call of each operation by everybody who could try. The tests make every one of
//! these calls, and the documentation shows the table.

use std::fmt::Write as _;

/// The file that shows the tables, between the marks.
pub const DOCUMENT: &str = "docs/AUTHORIZATION.md";

const ROWS: &str = include_str!("rows.txt");
const SWAPS: &str = include_str!("swaps.txt");

/// Who calls, in the order of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Has no token.
    Nobody,
    /// Has an access token that was good 15 minutes ago.
    Expired,
    /// Has a token of a session that ended.
    LoggedOut,
    /// Has nothing to do with what the call is about.
    Stranger,
    /// Takes part in the event, is a member of the conversation.
    Participant,
    /// Has left the event, was taken out of the conversation.
    Left,
    /// Whose it is: organiser of the event, founder of the group, author of the message.
    Organiser,
    /// A stranger whom the organiser has blocked.
    Blocked,
    /// Has left for a while, and kept a token.
    Deactivated,
    /// Has been erased, and kept a token.
    Erased,
    /// An admin of the service, who has nothing to do with what the call is about.
    Admin,
}

impl Column {
    pub const ALL: [Self; 11] = [
        Self::Nobody,
        Self::Expired,
        Self::LoggedOut,
        Self::Stranger,
        Self::Participant,
        Self::Left,
        Self::Organiser,
        Self::Blocked,
        Self::Deactivated,
        Self::Erased,
        Self::Admin,
    ];

    /// The head of the column.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Expired => "expired",
            Self::LoggedOut => "logged_out",
            Self::Stranger => "stranger",
            Self::Participant => "participant",
            Self::Left => "left",
            Self::Organiser => "organiser",
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
            Self::Erased => "erased",
            Self::Admin => "admin",
        }
    }
}

/// Operations under a heading.
#[derive(Clone, Debug)]
pub struct Section {
    pub title: &'static str,
    /// The heads of the columns as they are written.
    pub heads: Vec<&'static str>,
    pub rows: Vec<Row>,
}

/// What becomes of the calls of an operation.
#[derive(Clone, Debug)]
pub struct Row {
    pub operation: &'static str,
    /// Under which circumstances, if not the usual ones.
    pub setting: Option<&'static str>,
    /// By column: `ok`, a status, or the code of the error where it is none that goes with a status by itself.
    pub cells: Vec<&'static str>,
}

/// A parameter that names somebody's thing, and what becomes of a call in which it names another person's.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    pub operation: &'static str,
    pub parameter: &'static str,
    /// As in the cell of a [`Row`].
    pub outcome: &'static str,
    /// Why it is right that this succeeds; empty where it does not.
    pub reason: &'static str,
}

/// The rows, in the order in which they are written.
pub fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in ROWS.lines().filter(|line| !line.is_empty()) {
        let (first, rest) = line.split_once("  ").unwrap_or((line, ""));
        let cells: Vec<&str> = rest.split_whitespace().collect();
        if let Some(title) = first.strip_prefix("# ") {
            sections.push(Section { title, heads: cells, rows: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            let (operation, setting) = first
                .split_once(':')
                .map_or((first, None), |(operation, setting)| (operation, Some(setting)));
            section.rows.push(Row { operation, setting, cells });
        }
    }
    sections
}

/// What becomes of calls that name another person's things.
pub fn swaps() -> Vec<Swap> {
    let swap = |line: &'static str| {
        let (call, reason) = line.split_once(" # ").unwrap_or((line, ""));
        let mut words = call.split_whitespace();
        Some(Swap { operation: words.next()?, parameter: words.next()?, outcome: words.next()?, reason })
    };
    SWAPS.lines().filter_map(swap).collect()
}

/// The tables as the document shows them.
pub fn tables() -> String {
    let mut text = String::new();
    for section in sections() {
        let heads = section.heads.iter().map(|head| head.replace('_', " ")).collect::<Vec<_>>();
        let rule = "|---".repeat(heads.len() + 1);
        let _ = write!(text, "\n| {} | {} |\n{rule}|\n", section.title, heads.join(" | "));
        for row in &section.rows {
            let setting = row.setting.map(|setting| format!(" ({})", setting.replace('_', " ")));
            let cells = row.cells.join(" | ");
            let _ = writeln!(text, "| `{}`{} | {cells} |", row.operation, setting.unwrap_or_default());
        }
    }
    text.push_str("\n| operation | another's | outcome | |\n|---|---|---|---|\n");
    for swap in swaps() {
        let Swap { operation, parameter, outcome, reason } = swap;
        let _ = writeln!(text, "| `{operation}` | `{parameter}` | {outcome} | {reason} |");
    }
    text.push('\n');
    text
}
