//! What is asked of the local program.

use std::sync::Arc;

use serde_json::{Value, json};
use tunelink_local::lambda::sample;
use uuid::Uuid;

use super::{
    http::{Connection, Request},
    load::Ask,
    people::{self, People, ask, text},
    program::Program,
};
use crate::Result;

/// Towns of generated worlds, in degrees north and east.
const TOWNS: [(f64, f64); 10] = [
    (48.857, 2.352),
    (51.507, -0.128),
    (52.52, 13.405),
    (40.713, -74.006),
    (35.69, 139.692),
    (-23.55, -46.633),
    (19.433, -99.133),
    (28.614, 77.209),
    (6.455, 3.394),
    (-33.869, 151.209),
];

pub(super) struct Operations<'a> {
    people: &'a People,
    /// Events of the world, by their paths.
    events: Arc<Vec<String>>,
    /// Events in which everybody of `people` can take part who did not announce them.
    open: Arc<Vec<String>>,
}

impl<'a> Operations<'a> {
    pub(super) async fn new(program: &Program, people: &'a People) -> Result<Self> {
        const OPEN: usize = 64;
        let mut connection = Connection::open(program.address()).await?;
        let mut events = Vec::new();
        for place in TOWNS {
            let found = ask(&mut connection, search(place, 50, 50)).await?;
            let found = found["data"].as_array().cloned().unwrap_or_default();
            for event in &found {
                events.push(format!("/v1/events/{}", text(event, "/event_id")?));
            }
        }
        if events.is_empty() {
            return Err("the world has no events in the towns that are looked at".into());
        }
        let organiser = people::account();
        let organiser = ask(&mut connection, Request::post("/v1/auth/register", organiser)).await?;
        let organiser = text(&organiser, "/data/tokens/access_token")?;
        let mut open = Vec::new();
        for _ in 0..OPEN {
            let event = ask(&mut connection, Request::post("/v1/events", event()).by(&organiser)).await?;
            open.push(format!("/v1/events/{}", text(&event, "/data/event_id")?));
        }
        Ok(Self { people, events: Arc::new(events), open: Arc::new(open) })
    }

    /// The operations with their names, in the order in which they are asked.
    pub(super) fn all(&self) -> Vec<(&'static str, Ask)> {
        vec![
            ("get_event", self.get_event()),
            (
                "search_events",
                Arc::new(|worker, turn| Some(search(TOWNS[(worker + turn) % TOWNS.len()], 10, 20))),
            ),
            ("create_event", self.by(|_, token| Request::post("/v1/events", event()).by(token))),
            ("join_event", self.join()),
            (
                "send_message",
                self.by(|conversation, token| {
                    let id = Uuid::now_v7().to_string();
                    let message = json!({ "text": "Shall we start with Nuages?", "client_message_id": id });
                    Request::post(format!("{conversation}/messages"), message).by(token)
                }),
            ),
            (
                "list_messages",
                self.by(|conversation, token| Request::get(format!("{conversation}/messages")).by(token)),
            ),
            ("register", Arc::new(|_, _| Some(Request::post("/v1/auth/register", people::account())))),
            ("log_in", self.log_in()),
        ]
    }

    /// Events by their ids, for members.
    pub(super) fn get_event(&self) -> Ask {
        let (events, tokens) = (Arc::clone(&self.events), self.tokens());
        Arc::new(move |worker, turn| {
            let event = &events[(worker * 7919 + turn) % events.len()];
            Some(Request::get(event.as_str()).by(&tokens[worker % tokens.len()]))
        })
    }

    /// Of every second person: two of them share a conversation.
    fn by(&self, request: impl Fn(&str, &str) -> Request + Send + Sync + 'static) -> Ask {
        let people = self.people.0.iter().step_by(2);
        let people: Vec<_> = people.map(|one| (one.conversation.clone(), one.token.clone())).collect();
        Arc::new(move |worker, _| {
            let (conversation, token) = &people[worker % people.len()];
            Some(request(conversation, token))
        })
    }

    /// Everybody signs up for every event once.
    fn join(&self) -> Ask {
        let (open, tokens) = (Arc::clone(&self.open), self.tokens());
        Arc::new(move |worker, turn| {
            let event = open.get((turn / 2 + worker) % open.len()).filter(|_| turn / 2 < open.len())?;
            let path = format!("{event}/participations");
            let token = tokens.get(worker * 2 + turn % 2)?;
            Some(Request::post(path, json!({ "instrument_id": "double-bass" })).by(token))
        })
    }

    fn log_in(&self) -> Ask {
        let names: Vec<String> = self.people.0.iter().map(|one| one.name.clone()).collect();
        Arc::new(move |worker, turn| Some(people::log_in(&names[(worker * 2 + turn % 2) % names.len()])))
    }

    fn tokens(&self) -> Vec<String> {
        self.people.0.iter().map(|one| one.token.clone()).collect()
    }
}

fn search((lat, lng): (f64, f64), radius: u32, limit: u32) -> Request {
    Request::get(format!("/v1/events?lat={lat}&lng={lng}&radius_km={radius}&limit={limit}"))
}

/// The event of the sample, in a year's time.
fn event() -> Value {
    let body = sample("create_event");
    let body = body["body"].as_str().unwrap_or_default();
    serde_json::from_str(body).unwrap_or_default()
}
