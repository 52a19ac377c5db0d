//! A scene for every operation: what its request has to find, the request, and who may send it.
//!
//! ```ignore
//! let mut cast = Cast::new(&world).await;
//! for function in stage::operations() {
//!     cast.renew(&world).await;
//!     let scene = Scene::set(&world, &cast, function).await;
//!     let reply = scene.play(&world).await;
//! }
//! ```
//!
//! People are shared by all scenes, for to register costs a password hash. What a request names is made anew for each
//! scene, so that an operation can be called in as many scenes of one world as a test likes.

mod cast;
mod request;
mod things;

use std::collections::BTreeMap;

use tunelink::{auth::Access, operation::Function};
use tunelink_local::examples;

use self::things::Maker;
pub use self::{
    cast::Cast,
    request::{NEXT_PASSWORD, Request},
};
use super::{Call, Person, World};

/// Every operation that a client can name.
pub fn operations() -> impl Iterator<Item = &'static Function> {
    functions::ALL.iter().copied().filter(|function| function.route.path != "$default")
}

/// Under which circumstances an operation is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Usual,
    /// The event was never announced.
    Draft,
    /// Whoever joins the event has to be approved, and the member waits for that.
    Pending,
    /// The message is the member's.
    Theirs,
    /// The conversation is the owner's with somebody whom they have blocked since.
    Direct,
    /// The conversation is an event's.
    OfEvent,
}

/// What one request of an operation finds.
#[derive(Clone)]
pub struct Scene {
    pub function: &'static Function,
    pub setting: Setting,
    /// Who may send the request. Where anyone may, it is still their name, or their refresh token, that is in it.
    pub sender: Person,
    /// The ids that the request names, by the names of the path's parameters.
    pub things: BTreeMap<&'static str, String>,
    /// Somebody who is nothing to the sender, for bodies that name a person.
    guest: String,
}

impl Scene {
    /// Makes what the operation's request has to find.
    ///
    /// # Panics
    /// If the path names something that there is no way here to make.
    pub async fn set(world: &World, cast: &Cast, function: &'static Function) -> Self {
        Self::set_in(world, cast, function, Setting::Usual).await
    }

    /// The same under other circumstances; the operation need not succeed there. Those of an event take a world in which
    /// changes are reacted to.
    ///
    /// # Panics
    /// If the path names something that there is no way here to make.
    pub async fn set_in(world: &World, cast: &Cast, function: &'static Function, setting: Setting) -> Self {
        let sender = cast.sender(world, function).await;
        let maker = Maker { world, cast, function, setting };
        let mut things = BTreeMap::new();
        for (name, _) in examples::path_parameters(function) {
            things.insert(name, maker.make(name).await);
        }
        if function.name == "sync" {
            things.insert("conversation_id", maker.make("conversation_id").await);
        }
        maker.prepare(&things).await;
        Self { function, setting, sender, things, guest: cast.another.id.clone() }
    }

    /// The request as this person sends it.
    pub fn request(&self, caller: &Person) -> Request {
        Request::new(self, caller)
    }

    /// The call that has to succeed.
    pub fn play(&self, world: &World) -> Call {
        let token = (self.function.access != Access::Anyone).then_some(&*self.sender.access_token);
        self.request(&self.sender).call(world, token)
    }

    /// The status that the document promises when it succeeds: 201 where something is created.
    pub fn success(&self) -> u16 {
        let responses = &examples::entry(self.function)["responses"];
        if responses["201"].is_object() { 201 } else { 200 }
    }
}
