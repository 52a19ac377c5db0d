//! Who may do what: every cell of the table in `infra/local/src/matrix/rows.txt` is a call that is made here.

mod company;
mod elsewhere;
mod named;
mod sockets;
mod swaps;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use tunelink::{auth::Access, operation::Function};
use tunelink_local::matrix::{self, Column, Row};

use self::company::Company;
use crate::harness::{
    Reply, World,
    stage::{self, Cast, Scene, Setting},
};

/// A test of its own for each heading, so that they run side by side.
macro_rules! headings {
    ($($title:literal $test:ident)*) => {
        const HEADINGS: &[&str] = &[$($title),*];
        $(
            #[tokio::test]
            async fn $test() {
                hold($title).await;
            }
        )*
    };
}

headings! {
    "logging in" whoever_is_somebody_logs_in
    "accounts" an_account_is_its_owners
    "events" an_event_is_its_organisers
    "participations" a_part_in_an_event_is_ones_own_and_the_organisers
    "conversations" a_conversation_is_its_members
    "notifications" a_notification_is_for_the_one_who_gets_it
    "catalogue" the_catalogue_is_the_admins
    "platform" the_platform_is_for_everybody
}

#[test]
fn every_operation_has_its_row_and_every_row_its_operation() {
    let sections = matrix::sections();
    let titles: Vec<&str> = sections.iter().map(|section| section.title).collect();
    assert_eq!(titles, [HEADINGS, &[sockets::HEADING]].concat());
    let mut usual = Vec::new();
    for section in &sections {
        assert_eq!(section.heads, Column::ALL.map(Column::name), "{}", section.title);
        for row in &section.rows {
            assert_eq!(row.cells.len(), Column::ALL.len(), "{}", row.operation);
        }
        for row in section.rows.iter().filter(|_| section.title != sockets::HEADING) {
            setting(row.setting);
            usual.extend(row.setting.is_none().then_some(row.operation));
        }
    }
    let rows: BTreeSet<&str> = usual.iter().copied().collect();
    assert_eq!(rows.len(), usual.len(), "an operation has two rows");
    let operations: BTreeSet<&str> = stage::operations().map(|function| function.name).collect();
    assert_eq!(operations, rows);
}

/// Makes the calls under a heading, and panics with all cells that are not as they should be.
async fn hold(title: &str) {
    let Some(world) = World::local().await else { return };
    let mut company = Company::new(&world).await;
    let mut wrong = Vec::new();
    for row in &rows(title) {
        if company.cast.is_old(&world) {
            company = Company::new(&world).await;
        }
        wrong.extend(refuse(&world, &company, row).await);
        wrong.extend(admit(&world, &mut company, row).await);
    }
    assert!(wrong.is_empty(), "{title}:\n{}", wrong.join("\n"));
    world.audit().await;
}

/// The rows under a heading.
fn rows(title: &str) -> Vec<Row> {
    let mut sections = matrix::sections().into_iter();
    sections.find(|section| section.title == title).expect("it is a heading").rows
}

/// Makes the calls of a row that are to be refused. They change nothing, so that one scene will do.
async fn refuse(world: &World, company: &Company, row: &Row) -> Vec<String> {
    let scene = scene(world, &company.cast, row).await;
    let before = state(world).await;
    let mut wrong = Vec::new();
    for (column, cell) in cells(row).filter(|(_, cell)| *cell != "ok") {
        let reply = call(world, company, &scene, column).await;
        let given = outcome(&reply);
        if given != expected(&scene, column, cell) || !reply.body["data"].is_null() {
            wrong.push(format!("{} is {cell} for {}: {}", title(row), column.name(), reply.text));
        }
    }
    if state(world).await != before {
        wrong.push(format!("{} has changed something although it was refused", title(row)));
    }
    wrong
}

/// Makes the calls of a row that are to succeed, each in a scene of its own.
async fn admit(world: &World, company: &mut Company, row: &Row) -> Vec<String> {
    let mut wrong = Vec::new();
    for (column, cell) in cells(row).filter(|(_, cell)| *cell == "ok") {
        let scene = scene(world, &company.cast, row).await;
        let reply = call(world, company, &scene, column).await;
        if reply.status != scene.success() {
            wrong.push(format!("{} is {cell} for {}: {}", title(row), column.name(), reply.text));
        }
        company.restore(world, column, scene.function.name).await;
    }
    wrong
}

fn title(row: &Row) -> String {
    row.setting.map_or_else(|| row.operation.to_owned(), |setting| format!("{}:{setting}", row.operation))
}

fn cells(row: &Row) -> impl Iterator<Item = (Column, &'static str)> {
    Column::ALL.into_iter().zip(row.cells.iter().copied())
}

async fn scene(world: &World, cast: &Cast, row: &Row) -> Scene {
    Scene::set_in(world, cast, operation(row.operation), setting(row.setting)).await
}

fn operation(name: &str) -> &'static Function {
    let mut operations = stage::operations();
    operations.find(|function| function.name == name).unwrap_or_else(|| panic!("{name} is no operation"))
}

fn setting(name: Option<&str>) -> Setting {
    match name {
        None => Setting::Usual,
        Some("draft") => Setting::Draft,
        Some("pending") => Setting::Pending,
        Some("theirs") => Setting::Theirs,
        Some("direct") => Setting::Direct,
        Some("of_event") => Setting::OfEvent,
        Some(other) => panic!("nobody knows the circumstances {other}"),
    }
}

async fn call(world: &World, company: &Company, scene: &Scene, column: Column) -> Reply {
    let caller = company.person(column);
    let token = (column != Column::Nobody).then_some(&*caller.access_token);
    scene.request(caller).call(world, token).await
}

/// The status, and the code of the first error; that of RFC 6749 where it speaks.
fn outcome(reply: &Reply) -> (u16, String) {
    let (status, errors) = reply.errors();
    let code = errors.first().map(|(code, _)| *code).or_else(|| reply.body["error"].as_str());
    (status, code.unwrap_or_default().to_owned())
}

/// What [`outcome`] a cell stands for.
fn expected(scene: &Scene, column: Column, cell: &str) -> (u16, String) {
    let (status, code) = match (cell, column) {
        ("401", Column::Nobody) => (401, "unauthenticated"),
        ("401", Column::Expired) => (401, "token_expired"),
        ("401", _) => (401, "session_ended"),
        ("403", _) => (403, "forbidden"),
        ("404", _) => (404, "not_found"),
        ("unreachable", _) => (403, cell),
        ("wrong_credentials" | "invalid_refresh_token", _) => (401, cell),
        ("invalid_grant", _) => (400, cell),
        ("own_event" | "already_joined" | "not_a_group", _) => (409, cell),
        _ => panic!("{}: nobody knows what {cell} is", scene.function.name),
    };
    (status, code.to_owned())
}

type Items = BTreeMap<(String, String), HashMap<String, AttributeValue>>;

/// Everything in the table but the counting of attempts, once all has happened that follows from what was written.
async fn state(world: &World) -> Items {
    world.settled().await;
    let mut items = world.items().await;
    items.retain(|(pk, _), _| !pk.starts_with("THROTTLE#"));
    items
}

#[test]
fn nobody_is_kept_out_of_what_is_for_anyone() {
    let sections = matrix::sections();
    let requests = sections.iter().filter(|section| section.title != sockets::HEADING);
    for row in requests.flat_map(|section| &section.rows) {
        let token = ["token_expired", "session_ended", "unauthenticated", "401"];
        let asks = cells(row).any(|(_, cell)| token.contains(&cell));
        assert_eq!(asks, operation(row.operation).access != Access::Anyone, "{}", row.operation);
    }
}
