use reqwest::Method;
use serde_json::json;

use super::{early, write};
use crate::{
    conversations::{direct, group, member, say},
    harness::{Person, World},
};

#[tokio::test]
async fn whoever_is_no_admin_any_more_makes_nobody_one() {
    let Some(world) = World::still().await else { return };
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = group(&ann, &[&bob, &carol]).await;
    let role = |by: &Person, of: &Person, role: &str| by.put(&member(&path, of), json!({ "role": role }));
    role(&ann, &bob, "admin").await.ok();
    let promote = role(&bob, &carol, "admin");
    let demote = role(&ann, &bob, "member");
    let key = format!("MEMBER#{}", bob.id);
    let (promoted, demoted) = world.in_between(promote, early(key), demote).await;
    demoted.ok();
    promoted.refused(403, "forbidden");
}

#[tokio::test]
async fn whoever_is_out_changes_no_message() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    let seq = say(&bob, &path, "Hello").await["seq"].clone();
    let message = format!("{path}/messages/{seq}");
    let edit = bob.patch(&message, json!({ "text": "Nonsense" }));
    let remove = async { ann.delete(&member(&path, &bob)).await.ok() };
    let (edited, _) = world.in_between(edit, early(format!("MEMBER#{}", bob.id)), remove).await;
    edited.refused(404, "not_found");
    assert_eq!(ann.get(&message).await.ok()["text"], "Hello");
}

#[tokio::test]
async fn whoever_is_out_says_nothing() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    let body = json!({ "text": "Wait", "client_message_id": "a" });
    let send = bob.post(&format!("{path}/messages"), body);
    let remove = async { ann.delete(&member(&path, &bob)).await.ok() };
    let (sent, _) = world.in_between(send, write("last_seq"), remove).await;
    sent.refused(404, "not_found");
    assert_eq!(ann.get(&format!("{path}/messages")).await.ok(), json!([]));
}

#[tokio::test]
async fn a_message_that_is_sent_twice_at_once_is_there_once() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    let message = json!({ "text": "Hello", "client_message_id": "the-same-id" });
    let send = || bob.post(&format!("{path}/messages"), message.clone());
    let (one, other) = world.in_between(send(), early("the-same-id"), send()).await;
    assert_eq!(one.created()["seq"], other.created()["seq"]);
    let messages = ann.get(&format!("{path}/messages")).await.ok();
    assert_eq!(messages.as_array().unwrap().len(), 1);
}

/// Never edited before, and once more.
#[tokio::test]
async fn a_message_that_is_deleted_meanwhile_does_not_come_back() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    for edited in [false, true] {
        let seq = say(&bob, &path, "Hello").await["seq"].clone();
        let message = format!("{path}/messages/{seq}");
        if edited {
            bob.patch(&message, json!({ "text": "Hello again" })).await.ok();
        }
        let edit = bob.patch(&message, json!({ "text": "Back" }));
        let delete = async { ann.call(Method::DELETE, &message).await.ok() };
        let (edit, _) = world.in_between(edit, early("M#0"), delete).await;
        assert!(edit.status >= 400, "{}", edit.text);
        assert_eq!(ann.get(&message).await.ok()["text"], json!(null));
    }
}

#[tokio::test]
async fn whoever_leaves_while_they_become_the_only_admin_leaves_another() {
    let Some(world) = World::still().await else { return };
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = group(&ann, &[&bob, &carol]).await;
    let leave = |person: &Person| person.delete(&member(&path, person));
    let change = async {
        ann.put(&member(&path, &bob), json!({ "role": "admin" })).await.ok();
        leave(&ann).await.ok();
    };
    let (left, ()) = world.in_between(leave(&bob), early(format!("MEMBER#{}", bob.id)), change).await;
    left.ok();
    assert_eq!(carol.get(&path).await.ok()["role"], "admin");
}

#[tokio::test]
async fn whoever_is_blocked_meanwhile_says_nothing_to_the_other() {
    let Some(world) = World::still().await else { return };
    for blocks_first in [true, false] {
        let (ann, bob) = (world.person().await, world.person().await);
        let path = direct(&ann, &bob).await;
        let message = format!("{path}/messages/{}", say(&ann, &path, "Hello").await["seq"]);
        let (ann, bob) = (&ann, &bob);
        let block = || async move {
            let (one, other) = if blocks_first { (ann, bob) } else { (bob, ann) };
            let block = format!("/v1/users/me/blocks/{}", other.id);
            one.call(Method::PUT, &block).await.ok();
            one.delete(&block)
        };
        let new = json!({ "text": "Wait", "client_message_id": "a" });
        let send = ann.post(&format!("{path}/messages"), new);
        let (sent, unblock) = world.in_between(send, write("last_seq"), block()).await;
        sent.refused(403, "unreachable");
        unblock.await.ok();
        let edit = ann.patch(&message, json!({ "text": "Wait" }));
        let (edited, _) = world.in_between(edit, write("last_change"), block()).await;
        edited.refused(403, "unreachable");
    }
}

#[tokio::test]
async fn whoever_blocks_while_the_two_begin_to_talk_hears_nothing() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let block = ann.call(Method::PUT, &format!("/v1/users/me/blocks/{}", bob.id));
    let (blocked, path) = world.in_between(block, write("BLOCK#"), direct(&bob, &ann)).await;
    blocked.ok();
    let new = json!({ "text": "Hello", "client_message_id": "a" });
    bob.post(&format!("{path}/messages"), new).await.refused(403, "unreachable");
}

#[tokio::test]
async fn whoever_unblocks_twice_while_the_two_begin_to_talk_can_be_spoken_to() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = format!("/v1/users/me/blocks/{}", bob.id);
    let block = || async { ann.call(Method::PUT, &path).await.ok() };
    block().await;
    let meanwhile = async {
        ann.delete(&path).await.ok();
        let conversation = direct(&bob, &ann).await;
        block().await;
        conversation
    };
    let (unblocked, conversation) = world.in_between(ann.delete(&path), write("BLOCK#"), meanwhile).await;
    unblocked.ok();
    say(&bob, &conversation, "Hello").await;
}
