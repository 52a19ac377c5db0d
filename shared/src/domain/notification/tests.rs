use proptest::prelude::*;
use uuid::Uuid;

use super::{
    words::{MAX_EXCERPT, excerpt},
    *,
};

fn event() -> (EventId, Title) {
    (EventId(Uuid::nil()), Title::new("Jam").expect("a title"))
}

fn words(notice: &Notice, who: Option<&str>) -> [(String, String); 2] {
    [Language::En, Language::Fr].map(|language| notice.words(language, Quoted { who, said: None }))
}

fn pair(title: &str, body: &str) -> (String, String) {
    (title.to_owned(), body.to_owned())
}

#[test]
fn what_happened_is_said_in_both_languages() {
    let (event_id, event) = event();
    let user_id = UserId(Uuid::nil());
    let joined = |status| Notice::ParticipantJoined { event_id, event: event.clone(), user_id, status };
    let decided = |outcome| Notice::Approval { event_id, event: event.clone(), outcome };
    let changed = |time, place| Notice::EventChanged { event_id, event: event.clone(), time, place };
    for (notice, en, fr) in [
        (joined(ParticipationStatus::Going), "Zoé takes part", "Zoé participe"),
        (
            joined(ParticipationStatus::Pending),
            "Zoé would like to take part: you decide",
            "Zoé souhaite participer : à vous de décider",
        ),
        (decided(Outcome::Going), "You are in", "Votre participation est acceptée"),
        (
            decided(Outcome::Removed),
            "The organiser has taken you off the list",
            "L'organisateur vous a retiré de la liste",
        ),
        (changed(true, false), "The time has changed", "L'heure a changé"),
        (changed(true, true), "Time and place have changed", "L'heure et le lieu ont changé"),
    ] {
        assert_eq!(words(&notice, Some("Zoé")), [pair("Jam", en), pair("Jam", fr)]);
        assert_eq!(notice.link(), format!("tunelink://events/{event_id}"));
    }
}

#[test]
fn a_cancellation_says_why_if_anybody_said_so() {
    let (event_id, event) = event();
    let reason = Reason::new("Rain.");
    let cancelled = |reason| Notice::EventCancelled { event_id, event: event.clone(), reason };
    assert_eq!(
        words(&cancelled(reason), None),
        [pair("Cancelled: Jam", "Rain."), pair("Annulé : Jam", "Rain.")]
    );
    assert_eq!(words(&cancelled(None), None)[1].1, "L'événement est annulé");
}

#[test]
fn messages_are_counted_and_quoted_if_their_reader_may_see_them() {
    let conversation_id = ConversationId(Uuid::nil());
    let messages = |count, conversation: Option<&str>| Notice::Message {
        conversation_id,
        conversation: conversation.map(ToOwned::to_owned),
        user_id: UserId(Uuid::nil()),
        seq: 7,
        count,
    };
    let said =
        |notice: Notice| notice.words(Language::En, Quoted { who: Some("Zoé"), said: Some("Hello\nthere") });
    assert_eq!(said(messages(1, None)), pair("Zoé", "Hello there"));
    assert_eq!(said(messages(3, Some("Trio"))), pair("Zoé · Trio (3)", "Hello there"));
    assert_eq!(words(&messages(1, None), None)[1], pair("Quelqu'un", "Nouveau message"));
    assert_eq!(messages(1, None).link(), format!("tunelink://conversations/{conversation_id}"));
}

#[test]
fn an_excerpt_is_one_line_and_short() {
    assert_eq!(excerpt("One\n two\t three "), "One two three");
    let long = excerpt(&"é".repeat(500));
    assert_eq!(long.chars().count(), MAX_EXCERPT);
    assert!(long.ends_with('…'));
}

proptest! {
    #[test]
    fn an_id_has_the_time_of_its_fact_and_differs_by_fact_and_person(
        millis in 0..(1_i64 << 43), other in 0..(1_i64 << 43), fact: String, another: String, one: u128, two: u128,
    ) {
        let at = |millis| Timestamp::from_millisecond(millis).expect("a time");
        let (me, you) = (UserId(Uuid::from_u128(one)), UserId(Uuid::from_u128(two)));
        let id = NotificationId::of(me, &fact, at(millis));
        prop_assert_eq!(id, NotificationId::of(me, &fact, at(millis)));
        prop_assert_eq!(id.time(), at(millis));
        prop_assert_eq!(id.0.get_version_num(), 8);
        prop_assert_eq!(id == NotificationId::of(you, &fact, at(millis)), me == you);
        prop_assert_eq!(id == NotificationId::of(me, &another, at(millis)), fact == another);
        let later = NotificationId::of(you, &another, at(other));
        if millis < other {
            prop_assert!(id.to_string() < later.to_string(), "they sort by time");
        }
    }
}
