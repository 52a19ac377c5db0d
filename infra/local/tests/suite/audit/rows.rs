//! What any row may lack.

use super::{
    breaks,
    scene::{nobody, number, text},
};

breaks! {
    "a row of no known kind" KnownRows: |rows| rows.put("THING#1", "THING#1", &[]);
    "one beside an event" KnownRows: |rows| {
        rows.put(&format!("E#{}", rows.cast.jam.clone()), "NOTE", &[]);
    };
    "one beside a person" KnownRows: |rows| rows.put(&format!("U#{}", rows.cast.ann.clone()), "NOTE", &[]);
    "one beside a conversation" KnownRows: |rows| {
        rows.put(&format!("C#{}", rows.cast.group.clone()), "NOTE", &[]);
    };
    "an attribute that nothing writes" WellFormed: |rows| {
        let profile = rows.key(&format!("U#{}", rows.cast.bob), "PROFILE");
        rows.set(&profile, "nickname", text("B"));
    };
    "an attribute that is missing" WellFormed: |rows| {
        let preferences = rows.key("U#", "PREFERENCES");
        rows.unset(&preferences, "version");
    };
    "an attribute of another type" WellFormed: |rows| {
        let entry = rows.key("CATALOGUE", "INSTRUMENT#");
        rows.set(&entry, "version", text("one"));
    };
    "a trace on a row that nobody reacts to" WellFormed: |rows| {
        let name = rows.alone("USERNAME#");
        rows.set(&name, "trace", text("1-2-3"));
    };
    "a session that says that it is another" SaysItsKey: |rows| {
        let session = rows.key(&format!("U#{}", rows.cast.bob), "SESSION#");
        rows.set(&session, "session_id", text(nobody()));
    };
    "a message that says that it is elsewhere" SaysItsKey: |rows| {
        let message = rows.key(&format!("C#{}", rows.cast.group), "M#");
        rows.set(&message, "conversation_id", text(nobody()));
    };
    "an instrument that says that it is another" SaysItsKey: |rows| {
        let taste = rows.key(&format!("U#{}", rows.cast.bob), "INSTRUMENT#");
        rows.set(&taste, "id", text("kazoo"));
    };
    "a ticket that never goes" Expiry: |rows| {
        let ticket = rows.alone("TICKET#");
        rows.unset(&ticket, "expires");
    };
    "a bucket that never goes" Expiry: |rows| {
        let bucket = rows.alone("THROTTLE#");
        rows.unset(&bucket, "expires");
    };
    "a record of a request that never goes" Expiry: |rows| {
        let record = rows.key("U#", "ONCE#");
        rows.unset(&record, "expires");
    };
    "a session that goes too late" Expiry: |rows| {
        let session = rows.key(&format!("U#{}", rows.cast.bob), "SESSION#");
        rows.add(&session, "expires", 1);
    };
    "an event in another cell" IndexEntries: |rows| {
        let event = rows.key(&format!("E#{}", rows.cast.jam), "EVENT");
        rows.set(&event, "geo4", text("E#abcd"));
    };
    "an event that is in no month" IndexEntries: |rows| {
        let event = rows.key(&format!("E#{}", rows.cast.jam), "EVENT");
        rows.unset(&event, "calendar");
    };
    "seats that are nobody's" IndexEntries: |rows| {
        let seats = rows.key(&format!("E#{}", rows.cast.jam), "EVENT#SEATS");
        rows.unset(&seats, "related");
    };
    "somebody who is not found where they live" IndexEntries: |rows| {
        let profile = rows.key(&format!("U#{}", rows.cast.ann), "PROFILE");
        rows.unset(&profile, "near");
    };
    "a player whose level is another in the index" IndexEntries: |rows| {
        let taste = rows.key(&format!("U#{}", rows.cast.bob), "INSTRUMENT#");
        rows.set(&taste, "related_sk", text("USER#1#x"));
    };
    "a member whose list lacks the conversation" IndexEntries: |rows| {
        let member = rows.key(&format!("C#{}", rows.cast.group), "MEMBER#");
        rows.set(&member, "related", text("U#x"));
    };
    "a notification that was read and counts as unread" IndexEntries: |rows| {
        let notification = rows.key_having("U#", "N#", "related");
        rows.set(&notification, "read_at", text("2027-01-01T00:00:00Z"));
    };
    "a block that its erasure does not find" IndexEntries: |rows| {
        let block = rows.key(&format!("U#{}", rows.cast.ann), "BLOCK#");
        rows.set(&block, "related", text("U#x#BLOCKERS"));
    };
    "an erasure that nobody does" FollowUpsDone: |rows| {
        let entry = rows.key("ERASURE", &format!("U#{}", rows.cast.eve));
        rows.set(&entry, "due", text("2026-01-01T00:00:00Z"));
    };
    "a part of a job that nobody does" FollowUpsDone: |rows| {
        let job = |value: &str| serde_json::from_str::<serde_json::Value>(value).unwrap();
        let event = rows.cast.jam.clone();
        let notice = format!(r#"{{"type":"waiting_promoted","event_id":"{event}","event":"Jam"}}"#);
        let task = format!(r#"{{"kind":"notice","event_id":"{event}","notice":{notice},"at":"2026-01-01T00:00:00Z"}}"#);
        let fact = "a fact";
        let name = tunelink::encoding::sha256(format!("{fact}/gather/").as_bytes());
        let attribute = |value| serde_dynamo::to_attribute_value(value).unwrap();
        let step = attribute(job(r#"{"step":"gather","after":null}"#));
        let key = format!("JOB#{name}");
        let attributes =
            [("fact", text(fact)), ("task", attribute(job(&task))), ("step", step), ("expires", number(1_767_225_600))];
        rows.put(&key, &key, &attributes);
    };
}
