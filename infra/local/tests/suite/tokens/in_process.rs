use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Request, RequestExt, http::Method};
use serde_json::{Value, json};
use tunelink::{app::App, operation::Function};
use tunelink_local::rights;
use uuid::Uuid;

use super::forger::Forger;
use crate::harness::{Person, World, stage::Scene};

/// What somebody asks of a function that runs in the test itself.
pub(super) struct Asked {
    pub(super) function: &'static Function,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

/// The answer of a function.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Asked {
    /// Of an operation without parameters in its path.
    pub(super) fn of(function: &'static Function, body: Option<Value>) -> Self {
        let method = function.route.method.parse().expect("routes have HTTP methods");
        Self { function, method, path: function.route.path.to_owned(), parameters: Vec::new(), body }
    }

    /// What a scene is set for.
    pub(super) fn in_scene(scene: &Scene) -> Self {
        let request = scene.request(&scene.sender);
        let named = scene.function.route.parameters();
        let parameters = named.map(|name| (name.to_owned(), scene.things[name].clone())).collect();
        let (method, path, body) = (request.method, request.path, request.body);
        Self { function: scene.function, method, path, parameters, body }
    }

    /// Asks it of this app, with this token and this idempotency key.
    pub(super) async fn ask(&self, app: &App, token: &str, key: &str) -> Answer {
        let request = Request::new(match &self.body {
            Some(body) => Body::Text(body.to_string()),
            None => Body::Empty,
        });
        let parameters: HashMap<_, _> = self.parameters.iter().cloned().collect();
        let mut request = request.with_path_parameters(parameters);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().expect("paths are fit for an address");
        for (name, value) in [
            ("content-type", "application/json"),
            ("authorization", &format!("Bearer {token}")),
            ("idempotency-key", key),
        ] {
            request.headers_mut().insert(name, value.parse().expect("it is text"));
        }
        let reply = rights::of(self.function.name, self.function.call(app, request)).await;
        let status = reply.status().as_u16();
        Answer { status, text: String::from_utf8_lossy(reply.body()).into_owned() }
    }
}

impl Answer {
    pub(super) fn is_session_ended(&self) -> bool {
        self.status == 401 && self.text.contains("\"session_ended\"")
    }
}

/// A session that somebody has without having logged in, which would take a hash.
pub(super) struct Given {
    pub(super) id: String,
    pub(super) token: String,
}

/// Gives away sessions like the one that a person has.
pub(super) struct Giver<'a> {
    world: &'a World,
    person: &'a Person,
    like: Item,
    /// All that they have by themselves.
    own: Vec<Item>,
}

type Item = HashMap<String, AttributeValue>;

impl<'a> Giver<'a> {
    pub(super) async fn new(world: &'a World, person: &'a Person) -> Self {
        let of_person = format!("U#{}", person.id);
        let mut items = world.items().await;
        items.retain(|(pk, sk), _| *pk == of_person && sk.starts_with("SESSION#"));
        let like = items[&(of_person, format!("SESSION#{}", person.session_id))].clone();
        Self { world, person, like, own: items.into_values().collect() }
    }

    pub(super) async fn give(&self) -> Given {
        let id = Uuid::now_v7().to_string();
        let mut item = self.like.clone();
        item.insert("sk".to_owned(), AttributeValue::S(format!("SESSION#{id}")));
        item.insert("session_id".to_owned(), AttributeValue::S(id.clone()));
        self.put(item).await;
        Given { token: Forger::new(self.world, self.person).with_claim("sid", json!(id)), id }
    }

    /// Gives the sessions back that the person had in the beginning.
    pub(super) async fn give_back(self) {
        for item in &self.own {
            self.put(item.clone()).await;
        }
    }

    async fn put(&self, item: Item) {
        let backend = self.world.backend();
        let put = backend.client().put_item().table_name(backend.table()).set_item(Some(item));
        put.send().await.expect("the table takes it");
    }
}
