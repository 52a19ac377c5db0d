//! What may become of conversations.

use super::{
    breaks,
    scene::{Rows, nobody, number, text},
};

fn in_group(rows: &Rows, sk: &str) -> (String, String) {
    rows.key(&format!("C#{}", rows.cast.group), sk)
}

breaks! {
    "a change of nothing" ConversationExists: |rows| {
        let (change, ghost) = (in_group(rows, "X#0000000001"), nobody());
        let what = rows.item(&in_group(rows, "X#0000000003"))["what"].clone();
        let changes = [("conversation_id", text(ghost.clone())), ("what", what)];
        rows.copy(&change, &format!("C#{ghost}"), "X#0000000001", &changes);
    };
    "a message that is gone" MessagesNumbered: |rows| {
        let name = rows.get(&in_group(rows, "M#0000000002"), "client_message_id");
        let ann = rows.cast.ann.clone();
        rows.remove(&in_group(rows, &format!("CLIENT#{ann}#{name}")));
        rows.remove(&in_group(rows, "M#0000000002"));
    };
    "a head that knows of a message that is not there" MessagesNumbered: |rows| {
        let head = in_group(rows, "CONVERSATION");
        rows.add(&head, "last_seq", 1);
    };
    "a head that thinks that somebody else spoke last" LastSender: |rows| {
        let head = in_group(rows, "CONVERSATION");
        let speaker = rows.get(&head, "last_sender_id");
        let others = [rows.cast.ann.clone(), rows.cast.bob.clone()];
        let other = others.into_iter().find(|other| *other != speaker).unwrap();
        rows.set(&head, "last_sender_id", text(other));
    };
    "a head that does not know who spoke last" LastSender: |rows| {
        rows.unset(&in_group(rows, "CONVERSATION"), "last_sender_id");
    };
    "a head that knows of a change that is not there" ChangesNumbered: |rows| {
        let head = in_group(rows, "CONVERSATION");
        rows.add(&head, "last_change", 1);
    };
    "a change that is gone" ChangesNumbered: |rows| {
        rows.remove(&in_group(rows, "X#0000000001"));
    };
    "a head with another time" TimesInOrder: |rows| {
        let head = in_group(rows, "CONVERSATION");
        rows.set(&head, "last_at", text("2027-01-01T00:00:00Z"));
    };
    "a message that is older than the one before" TimesInOrder: |rows| {
        let message = in_group(rows, "M#0000000002");
        rows.set(&message, "sent_at", text("2020-01-01T00:00:00Z"));
    };
    "a member too many" MembersCounted: |rows| {
        let head = in_group(rows, "CONVERSATION");
        rows.add(&head, "member_count", 1);
    };
    "somebody who has read what nobody has sent" MembersNumbers: |rows| {
        let member = in_group(rows, "MEMBER#");
        rows.set(&member, "read_seq", number(99));
    };
    "somebody who has sent what somebody else has" MembersNumbers: |rows| {
        let member = in_group(rows, &format!("MEMBER#{}", rows.cast.ann));
        rows.set(&member, "sent_seq", number(5));
    };
    "a message that its sender would send again" MessagesNamed: |rows| {
        let name = rows.get(&in_group(rows, "M#0000000002"), "client_message_id");
        rows.remove(&in_group(rows, &format!("CLIENT#{}#{name}", rows.cast.ann.clone())));
    };
    "a name of another message" MessagesNamed: |rows| {
        let name = in_group(rows, "CLIENT#");
        rows.copy(&name, &name.0, &format!("{}x", name.1), &[("seq", number(99))]);
    };
    "a text that was deleted" TombstonesTold: |rows| {
        let message = in_group(rows, "M#0000000004");
        rows.set(&message, "text", text("Four"));
    };
    "a deletion that nobody is told of" TombstonesTold: |rows| {
        let message = in_group(rows, "M#0000000002");
        rows.unset(&message, "text");
        rows.set(&message, "deleted_at", text("2027-01-01T00:00:00Z"));
    };
    "an answer to what was never said" AnswersExist: |rows| {
        let message = in_group(rows, "M#0000000002");
        rows.set(&message, "reply_to", number(2));
    };
    "a message of somebody who was never there" AuthorsKnown: |rows| {
        let (last, name) = (in_group(rows, "M#0000000005"), in_group(rows, "CLIENT#"));
        let (ghost, group) = (nobody(), last.0.clone());
        let changes =
            [("seq", number(6)), ("sender_id", text(ghost.clone())), ("client_message_id", text("boo"))];
        rows.copy(&last, &group, "M#0000000006", &changes);
        rows.copy(&name, &group, &format!("CLIENT#{ghost}#boo"), &[("seq", number(6))]);
        let head = in_group(rows, "CONVERSATION");
        rows.add(&head, "last_seq", 1);
        rows.set(&head, "last_sender_id", text(ghost));
    };
    "a group that nobody can lead" GroupsAdmin: |rows| {
        let member = in_group(rows, &format!("MEMBER#{}", rows.cast.ann));
        rows.set(&member, "role", text("member"));
    };
    "a pair that would begin again" DirectPair: |rows| {
        rows.remove(&rows.alone("DIRECT#"));
    };
    "a pair without a conversation" DirectPair: |rows| {
        let (direct, key) = (rows.alone("DIRECT#"), format!("DIRECT#{}#{}", nobody(), nobody()));
        rows.copy(&direct, &key, &key, &[("conversation_id", text(nobody()))]);
    };
    "a pair that knows of a block that is none" DirectBlocks: |rows| {
        let pair = rows.key(&format!("C#{}", rows.cast.direct), "CONVERSATION");
        rows.set(&pair, "second_blocked_at", text("2027-01-01T00:00:00Z"));
    };
    "what is left of a member who is nobody" MembersExist: |rows| {
        let (member, ghost) = (in_group(rows, &format!("MEMBER#{}", rows.cast.carol)), nobody());
        let changes = [("user_id", text(ghost.clone())), ("related", text(format!("U#{ghost}#LEFT")))];
        rows.copy(&member, &member.0, &format!("MEMBER#{ghost}"), &changes);
    };
}
