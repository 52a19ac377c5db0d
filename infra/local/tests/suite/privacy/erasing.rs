use std::{collections::BTreeSet, time::Duration};

use serde_json::json;

use super::{
    canaries::{Canaries, fields_of_members},
    life,
};
use crate::harness::{World, stage::NEXT_PASSWORD};

/// Fields that take no words of one's own, by how their names end.
const OF_NOBODY: &[(&str, &str)] = &[
    (".starts_at", "a time"),
    (".ends_at", "a time"),
    (".time_zone", "a name of the IANA's"),
    (".genres[]", "a name in the catalogue"),
    (".instrument_id", "a name in the catalogue"),
    (".quiet_hours.from", "a time of day"),
    (".quiet_hours.to", "a time of day"),
    ("issue_token.grant_type", "a word of OAuth's"),
];

/// What is left of somebody by design: others were told of the event, and a conversation goes on.
const KEPT: &[&str] = &[
    "cancel_event.reason",
    "create_conversation.title",
    "create_event.address",
    "create_event.city",
    "create_event.description",
    "create_event.image_url",
    "create_event.title",
    "send_message.client_message_id",
    "update_conversation.title",
    "update_event.address",
    "update_event.city",
    "update_event.description",
    "update_event.image_url",
    "update_event.title",
];

#[tokio::test]
async fn whatever_somebody_wrote_is_gone_with_them_but_for_what_others_share() {
    let Some(world) = World::local().await else { return };
    let mut canaries = Canaries::default();
    let person = life::live(&world, &mut canaries).await;

    let is_of_nobody = |field: &String| OF_NOBODY.iter().any(|(end, _)| field.ends_with(end));
    let wanted: BTreeSet<String> =
        fields_of_members().into_iter().filter(|field| !is_of_nobody(field)).collect();
    let missing: Vec<_> = wanted.difference(&canaries.fields()).cloned().collect();
    assert_eq!(missing, [""; 0], "fields that nobody has written anything in");

    let before = canaries.found(&world).await;
    for kind in
        ["update_my_profile.bio", "register.username", "edit_message.text", "draft of create_event.title"]
    {
        assert!(before.contains(kind), "{kind} is not even found before: {before:?}");
    }
    for kind in ["change_password.new_password", "refresh_session.refresh_token", "User-Agent"] {
        assert!(!before.contains(kind), "{kind} is in the table");
    }

    assert!(canaries.found_elsewhere(&world).await.contains("register_device.token"));

    let deletion = json!({ "mode": "erase", "password": NEXT_PASSWORD });
    person.post("/v1/users/me/deletion", deletion).await.ok();
    world.settled().await;
    // What is only swept up by then: idempotency records, buckets, traces of who left.
    world.pass(Duration::from_hours(24 * 8)).await;
    let kept: Vec<&str> = canaries.found(&world).await.into_iter().collect();
    assert_eq!(kept, KEPT);
    assert_eq!(canaries.found_elsewhere(&world).await, BTreeSet::new());
}
