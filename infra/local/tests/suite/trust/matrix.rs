//! Who may do what: every operation by everybody, as the table in docs/AUTHORIZATION.md says.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use tunelink::{auth::Access, operation::Function};

use crate::{
    harness::{Cast, PASSWORD, Person, Reply, Scene, World},
    reliability::difference::{difference, items},
};

const DOCUMENT: &str = include_str!("../../../../../docs/AUTHORIZATION.md");

/// Who asks, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Expired,
    LoggedOut,
    Deactivated,
    Erased,
    Stranger,
    Blocked,
    Left,
    Participant,
    Owner,
    Admin,
}

impl Who {
    const ALL: [Self; 11] = [
        Self::Nobody,
        Self::Expired,
        Self::LoggedOut,
        Self::Deactivated,
        Self::Erased,
        Self::Stranger,
        Self::Blocked,
        Self::Left,
        Self::Participant,
        Self::Owner,
        Self::Admin,
    ];
}

/// The people whose sessions are over.
struct Gone {
    expired: Person,
    logged_out: Person,
    deactivated: Person,
    erased: Person,
}

impl Gone {
    async fn new(world: &World) -> Self {
        let expired = world.person().await;
        // An access token lives for less.
        world.pass(Duration::from_mins(16)).await;
        let [logged_out, deactivated, erased] =
            [world.person().await, world.person().await, world.person().await];
        logged_out.post("/v1/auth/logout", json!({ "scope": "this" })).await.ok();
        for (person, mode) in [(&deactivated, "deactivate"), (&erased, "erase")] {
            let body = json!({ "mode": mode, "password": PASSWORD });
            person.post("/v1/users/me/deletion", body).await.ok();
        }
        Self { expired, logged_out, deactivated, erased }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_do_what_the_table_says_and_whoever_may_not_changes_nothing() {
    const WORLDS: usize = 8;
    let operations: Vec<&Function> =
        functions::ALL.iter().copied().filter(|function| function.route.path != "$default").collect();
    let worlds = operations.chunks(operations.len().div_ceil(WORLDS)).map(|some| {
        let some = some.to_vec();
        tokio::spawn(async move {
            let Some(world) = World::still().await else { return Vec::new() };
            let world = Arc::new(world);
            let gone = Gone::new(&world).await;
            let cast = Cast::new(&world).await;
            let mut rows = Vec::new();
            for function in some {
                rows.push((function.name, row(&world, &cast, &gone, function).await));
            }
            rows
        })
    });
    let rows: Vec<_> =
        join_all(worlds).await.into_iter().flat_map(|rows| rows.expect("no world fails")).collect();
    if rows.is_empty() {
        return;
    }
    let expected = table();
    let names: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    let unknown: Vec<_> = expected.keys().filter(|name| !names.contains(name)).collect();
    assert!(unknown.is_empty(), "docs/AUTHORIZATION.md has operations that do not exist: {unknown:?}");
    let wrong: Vec<_> = rows.into_iter().filter(|(name, row)| expected.get(name) != Some(row)).collect();
    let lines: Vec<_> = wrong.iter().map(|(name, row)| format!("| {name} | {} |", row.join(" | "))).collect();
    assert!(lines.is_empty(), "docs/AUTHORIZATION.md says something else of these:\n{}", lines.join("\n"));
}

/// The rows of the table: the outcome for each column.
fn table() -> BTreeMap<&'static str, Vec<String>> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.map(|row| row.split(" | ").map(str::trim).collect::<Vec<_>>());
    let rows = rows.filter(|row| row.len() == Who::ALL.len() + 1 && functions_name(row[0]));
    rows.map(|row| (row[0], row[1..].iter().map(|cell| (*cell).to_owned()).collect())).collect()
}

fn functions_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c == '_') && text != "operation"
}

/// What becomes of the operation by each. Whoever is refused leaves everything as it was, for the next to find.
async fn row(world: &World, cast: &Cast, gone: &Gone, function: &Function) -> Vec<String> {
    let mut row = Vec::new();
    let mut found = None;
    for who in Who::ALL {
        let (scene, before) = match found.take() {
            Some(found) => found,
            None => (Scene::set(world, cast, function).await, items(world).await),
        };
        let reply = ask(world, cast, gone, function, &scene, who).await;
        let done = reply.status < 400;
        row.push(if done { "✓".to_owned() } else { reply.status.to_string() });
        if done && function.route.method != "GET" {
            continue;
        }
        let changes = difference(&before, &items(world).await);
        assert!(changes.is_empty(), "{} by {who:?}, {}: {changes:?}", function.name, reply.status);
        assert!(done || reply.body["data"].is_null(), "{}", reply.text);
        found = Some((scene, before));
    }
    row
}

async fn ask(world: &World, cast: &Cast, gone: &Gone, function: &Function, scene: &Scene, who: Who) -> Reply {
    let person = match who {
        Who::Nobody => return scene.unsigned().await,
        Who::Expired => &gone.expired,
        Who::LoggedOut => &gone.logged_out,
        Who::Deactivated => &gone.deactivated,
        Who::Erased => &gone.erased,
        Who::Stranger => &cast.stranger,
        Who::Blocked => &cast.blocked,
        Who::Left => &cast.left,
        Who::Participant => &cast.participant,
        Who::Owner => &cast.owner,
        Who::Admin => &cast.admin,
    };
    // What ends sessions or accounts is done by somebody who is not needed any more.
    let ends = matches!(function.name, "log_out" | "delete_my_account" | "change_password");
    let token = match who {
        _ if !ends => person.access_token.clone(),
        Who::Expired | Who::LoggedOut | Who::Deactivated | Who::Erased => person.access_token.clone(),
        _ if function.name == "log_out" => world.log_in(&person.name).await.access_token,
        _ => scene.by.access_token.clone(),
    };
    let reply = scene.unsigned().bearer(&token).await;
    if matches!(function.access, Access::Member | Access::Admin) {
        match who {
            Who::Expired => reply.refused(401, "token_expired"),
            Who::LoggedOut | Who::Deactivated | Who::Erased => reply.refused(401, "session_ended"),
            _ => {}
        }
    }
    reply
}
