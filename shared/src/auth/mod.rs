//! Who is calling: tokens, sessions, passwords and the limits on guessing.

mod caller;
mod gate;
mod password;
mod refresh;
mod threads;
mod token;

pub use self::{
    caller::{Access, Admin, Anyone, Caller, Claims, Member, Origin, Visitor},
    gate::Gate,
    password::Hasher,
    refresh::{DeviceProof, RefreshToken},
    token::{ACCESS_TOKEN_SECONDS, SigningKey, VerifyingKeys},
};
