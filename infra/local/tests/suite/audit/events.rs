//! What may become of events.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    breaks,
    scene::{Rows, nobody, number, text},
};

fn of(rows: &Rows, event: &str, sk: &str) -> (String, String) {
    rows.key(&format!("E#{event}"), sk)
}

/// An attribute within a map.
fn within(rows: &mut Rows, key: &(String, String), path: &[&str], value: AttributeValue) {
    let (last, path) = path.split_last().unwrap();
    let mut map = rows.item(key);
    for name in path {
        let AttributeValue::M(inner) = map.get_mut(*name).unwrap() else { panic!("{name} is no map") };
        map = inner;
    }
    map.insert((*last).to_owned(), value);
}

breaks! {
    "an event without seats" EventWhole: |rows| {
        rows.remove(&of(rows, &rows.cast.jam, "EVENT#SEATS"));
    };
    "seats without an event" EventWhole: |rows| {
        let ghost = nobody();
        let seats = of(rows, &rows.cast.jam, "EVENT#SEATS");
        rows.copy(&seats, &format!("E#{ghost}"), "EVENT#SEATS", &[]);
    };
    "seats of another version" EventWhole: |rows| {
        let seats = of(rows, &rows.cast.jam, "EVENT#SEATS");
        rows.add(&seats, "event_version", 1);
    };
    "a number that is too high" SeatsCounted: |rows| {
        let seats = of(rows, &rows.cast.jam, "EVENT#SEATS");
        rows.add(&seats, "waiting", 1);
    };
    "an instrument's number that is too low" SeatsCounted: |rows| {
        let seats = of(rows, &rows.cast.jam, "EVENT#SEATS");
        within(rows, &seats, &["instruments", "cello", "taken"], number(1));
    };
    "more seats taken than there are" SeatsLimited: |rows| {
        let seats = of(rows, &rows.cast.jam, "EVENT#SEATS");
        rows.set(&seats, "capacity", number(1));
    };
    "more slots taken than there are" SeatsLimited: |rows| {
        let seats = of(rows, &rows.cast.concert, "EVENT#SEATS");
        within(rows, &seats, &["instruments", "cello", "wanted"], number(1));
    };
    "a free place that somebody waits for" NobodyWaitsInVain: |rows| {
        let (seats, event) = (of(rows, &rows.cast.jam, "EVENT#SEATS"), of(rows, &rows.cast.jam, "EVENT"));
        rows.set(&seats, "capacity", number(3));
        within(rows, &event, &["card", "full"], AttributeValue::Bool(false));
    };
    "somebody who waits without a place" WaitingPlaces: |rows| {
        rows.remove(&of(rows, &rows.cast.jam, "WAITING#"));
    };
    "a place of nobody" WaitingPlaces: |rows| {
        let place = of(rows, &rows.cast.jam, "WAITING#");
        rows.copy(&place, &place.0, &format!("{}x", place.1), &[]);
    };
    "an instrument that is wanted and not kept in the catalogue" SlotsWanted: |rows| {
        rows.remove(&of(rows, &rows.cast.concert, "SLOT#piano"));
    };
    "a slot that nobody wants" SlotsWanted: |rows| {
        let slot = of(rows, &rows.cast.concert, "SLOT#piano");
        rows.copy(&slot, &slot.0, "SLOT#kazoo", &[]);
    };
    "an organiser with another name" ParticipantsExist: |rows| {
        let event = of(rows, &rows.cast.jam, "EVENT");
        within(rows, &event, &["organiser", "username"], text("ghost"));
    };
    "a participant who is nobody" ParticipantsExist: |rows| {
        let (part, ghost) = (of(rows, &rows.cast.jam, "PARTICIPANT#"), nobody());
        let changes = [
            ("user_id", text(ghost.clone())),
            ("status", text("declined")),
            ("related", text(format!("U#{ghost}#EVENTS"))),
        ];
        let key = format!("PARTICIPANT#{ghost}");
        rows.copy(&part, &part.0, &key, &changes);
        let copy = (part.0.clone(), key);
        rows.item(&copy).remove("waiting_since");
        within(rows, &copy, &["card", "status"], text("declined"));
    };
    "a conversation with another title" EventsConversation: |rows| {
        let conversation = rows.key(&format!("C#{}", rows.cast.jam), "CONVERSATION");
        rows.set(&conversation, "title", text("Another"));
    };
    "a conversation of no event" EventsConversation: |rows| {
        let head = rows.key(&format!("C#{}", rows.cast.direct), "CONVERSATION");
        let (ghost, created) = (nobody(), rows.get(&head, "created_at"));
        let changes = [
            ("conversation_id", text(ghost.clone())),
            ("kind", text("event")),
            ("title", text("Gone")),
            ("last_at", text(created)),
            ("last_seq", number(0)),
            ("last_change", number(0)),
            ("member_count", number(0)),
        ];
        let pk = format!("C#{ghost}");
        rows.copy(&head, &pk, "CONVERSATION", &changes);
        for only_of_the_pair in ["pair", "last_sender_id"] {
            rows.unset(&(pk.clone(), "CONVERSATION".to_owned()), only_of_the_pair);
        }
    };
    "somebody with a seat who is not in the conversation" SeatsConversation: |rows| {
        let carol = rows.cast.carol.clone();
        let pk = format!("C#{}", rows.cast.jam);
        let (member, head) = (rows.key(&pk, &format!("MEMBER#{carol}")), rows.key(&pk, "CONVERSATION"));
        rows.set(&member, "left_at", text("2027-01-01T00:00:00Z"));
        rows.set(&member, "related", text(format!("U#{carol}#LEFT")));
        rows.add(&head, "member_count", -1);
    };
    "somebody in the conversation who has no seat" SeatsConversation: |rows| {
        let pk = format!("C#{}", rows.cast.jam);
        let eve = rows.cast.eve.clone();
        let (member, head) =
            (rows.key(&pk, &format!("MEMBER#{}", rows.cast.carol)), rows.key(&pk, "CONVERSATION"));
        let related = text(format!("U#{eve}#CONVERSATIONS"));
        rows.copy(&member, &pk, &format!("MEMBER#{eve}"), &[("user_id", text(eve)), ("related", related)]);
        rows.add(&head, "member_count", 1);
    };
}
