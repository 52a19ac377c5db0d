//! Devices to which pushes go. Each is there twice: with its person's, and under its token, which is one person's only.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Condition, Key, Query, Store, Write, commit::Contention, connections, keys};
use crate::{
    domain::{Device, Platform, PushDeviceId, PushToken, SessionId, UserId},
    error::{Code, Error, Result},
};

/// The most devices of one person. The one that was registered longest ago gives way to another.
pub const MAX_DEVICES: usize = 20;

/// Whose a token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub user_id: UserId,
    pub device_id: PushDeviceId,
    pub endpoint_arn: String,
    /// That of the device.
    pub revision: Uuid,
}

/// What a registration depends on, as it was read.
#[derive(Clone, Debug)]
pub struct Before {
    devices: Vec<Device>,
    changes: Option<u64>,
    owner: Option<Owner>,
}

/// How often the list of somebody's devices was changed.
#[derive(Serialize, Deserialize)]
pub(super) struct Changes {
    version: u64,
}

impl Before {
    /// What stands in the way of this registration: the endpoint by which the token is another's, or another device's.
    pub fn elsewhere(&self, new: (UserId, PushDeviceId)) -> Option<&Owner> {
        self.owner.as_ref().filter(|owner| (owner.user_id, owner.device_id) != new)
    }

    /// The device as it was registered before.
    pub fn device(&self, id: PushDeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.device_id == id)
    }
}

/// All devices of a person, seeing every write that was acknowledged before.
async fn all(store: &Store, person: UserId) -> Result<Vec<Device>> {
    let query = Query::partition(keys::user(person)).prefix(keys::DEVICE).consistent();
    Ok(store.query(&query).await?.rows)
}

/// The devices to which something may be pushed: their session stands, and their token is still this person's.
pub async fn of(store: &Store, person: UserId, now: Timestamp) -> Result<Vec<Device>> {
    let mut devices = all(store, person).await?;
    let sessions: HashSet<SessionId> = devices.iter().map(|device| device.session_id).collect();
    let tokens = devices.iter().map(|device| keys::push_token(device.platform, &device.token)).collect();
    let (sessions, owners) = tokio::try_join!(
        connections::standing(store, person, sessions, now),
        store.get_all_now::<Owner>(tokens),
    )?;
    devices.retain(|device| sessions.contains(&device.session_id) && owners.contains(&owner(device)));
    Ok(devices)
}

/// Whose a token is.
pub async fn owner_of(store: &Store, platform: Platform, token: &PushToken) -> Result<Option<Owner>> {
    store.get(keys::push_token(platform, token)).await
}

/// Reads what a registration depends on.
pub async fn before(store: &Store, person: UserId, platform: Platform, token: &PushToken) -> Result<Before> {
    // The count is read first: a device that comes after is refused by it.
    let changes = store.get::<Changes>(keys::devices(person)).await?.map(|changes| changes.version);
    let (devices, owner) = tokio::try_join!(all(store, person), owner_of(store, platform, token))?;
    Ok(Before { devices, changes, owner })
}

/// The right to register a token, for as long as that takes.
#[derive(Debug, Serialize)]
pub struct Claim {
    #[serde(rename = "claim")]
    id: Uuid,
    /// When it ends by itself, in seconds of the epoch.
    expires: i64,
    #[serde(skip)]
    key: Key,
}

/// How long a claim lasts of which nothing is heard any more: longer than any function runs.
const CLAIM: SignedDuration = SignedDuration::from_secs(60);

/// Waits until nobody else registers the token, so that no two of them delete each other's endpoints.
pub async fn claim(
    store: &Store,
    platform: Platform,
    token: &PushToken,
    claim: Uuid,
    now: Timestamp,
) -> Result<Claim> {
    let key = keys::push_token_claim(platform, token);
    let claim = Claim { id: claim, expires: (now + CLAIM).as_second(), key };
    let free = || Condition::absent().or(Condition::below("expires", now.as_second()));
    let mut contention = Contention::new();
    loop {
        let put = Write::put(claim.key.clone(), &claim)?.when(free(), Code::Conflict);
        match store.commit([put]).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            claimed => return claimed.map(|()| claim),
        }
    }
}

/// Lets others register the token.
pub async fn release(store: &Store, claim: &Claim) -> Result<()> {
    match store.commit([claim.end()]).await {
        Err(Error { code: Code::Conflict, .. }) => Ok(()),
        released => released,
    }
}

impl Claim {
    fn end(&self) -> Write {
        let own = Condition::is("claim", self.id.to_string());
        Write::delete(self.key.clone()).when(own, Code::Conflict)
    }
}

/// Both items of a device, its own and that of its token, are written together: while the one is as it was read, so is
/// the other.
///
/// Registers a device whose session stands, and takes its token from whoever had it. `Conflict` when something has
/// changed since `before`; `SessionEnded` when the session has ended. Done, the claim has ended.
pub async fn register(store: &Store, new: &Device, before: &Before, claim: &Claim) -> Result<()> {
    let session = Write::check(keys::session(new.user_id, new.session_id));
    let known = before.device(new.device_id);
    let token = keys::push_token(new.platform, &new.token);
    let (mut item, mut take) =
        (Write::put(keys::device(new.user_id, new.device_id), new)?, Write::put(token.clone(), &owner(new))?);
    // That a device is still unknown the list of devices says, and the claim that a token is still nobody's.
    if let Some(known) = known {
        item = item.when(unchanged(known.revision), Code::Conflict);
    }
    if let Some(owner) = &before.owner {
        take = take.when(unchanged(owner.revision), Code::Conflict);
    }
    let mut writes = vec![claim.end(), session.when(Condition::exists(), Code::SessionEnded), item, take];
    if let Some(former) = before.elsewhere((new.user_id, new.device_id)) {
        writes.push(Write::delete(keys::device(former.user_id, former.device_id)));
    }
    if let Some(known) = known {
        let old = keys::push_token(known.platform, &known.token);
        if old != token {
            writes.push(Write::delete(old));
        }
    } else {
        writes.extend(make_room(new, before));
    }
    store.commit(writes).await
}

/// One more on the list of a person's devices: those beyond the limit go, the oldest first.
fn make_room(new: &Device, before: &Before) -> Vec<Write> {
    let count = match before.changes {
        None => Condition::absent(),
        Some(version) => Condition::equals("version", version),
    };
    let list = Write::update(keys::devices(new.user_id)).add("version", 1);
    let mut writes = vec![list.when(count, Code::Conflict)];
    let former = before.elsewhere((new.user_id, new.device_id));
    let mut stay: Vec<&Device> = before
        .devices
        .iter()
        .filter(|device| former.is_none_or(|former| former.revision != device.revision))
        .collect();
    stay.sort_by_key(|device| std::cmp::Reverse((device.registered_at, device.device_id)));
    for device in stay.iter().skip(MAX_DEVICES - 1) {
        writes.extend(deletion(device));
    }
    writes
}

/// Forgets a device, and that its token is this person's; `NotFound` when there is no such device.
pub async fn remove(store: &Store, person: UserId, id: PushDeviceId) -> Result<()> {
    const ATTEMPTS: usize = 5;
    for _ in 0..ATTEMPTS {
        let device: Option<Device> = store.get(keys::device(person, id)).await?;
        if forget(store, &device.ok_or(Code::NotFound)?).await? {
            return Ok(());
        }
    }
    Err(Code::Conflict.into())
}

/// The same for a device as it was read; false when it is registered anew or gone.
pub async fn forget(store: &Store, device: &Device) -> Result<bool> {
    match store.commit(deletion(device)).await {
        Ok(()) => Ok(true),
        Err(Error { code: Code::Conflict, .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Forgets the devices that a session registered.
pub async fn remove_of_session(store: &Store, person: UserId, session: SessionId) -> Result<()> {
    for device in all(store, person).await?.iter().filter(|device| device.session_id == session) {
        forget(store, device).await?;
    }
    Ok(())
}

/// Forgets all devices of somebody who is erased.
pub(super) async fn remove_all(store: &Store, person: UserId) -> Result<()> {
    for device in all(store, person).await? {
        forget(store, &device).await?;
    }
    Ok(())
}

fn deletion(device: &Device) -> [Write; 2] {
    let item = Write::delete(keys::device(device.user_id, device.device_id));
    let token = Write::delete(keys::push_token(device.platform, &device.token));
    [item.when(unchanged(device.revision), Code::Conflict), token]
}

pub(super) fn owner(device: &Device) -> Owner {
    Owner {
        user_id: device.user_id,
        device_id: device.device_id,
        endpoint_arn: device.endpoint_arn.clone(),
        revision: device.revision,
    }
}

fn unchanged(revision: Uuid) -> Condition {
    Condition::is("revision", revision.to_string())
}
