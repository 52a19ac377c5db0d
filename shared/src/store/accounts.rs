//! Accounts: unique names, credentials, and what changes together with them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use super::{Condition, Store, Write, erasure, keys, nearby, notifications::Along, sessions, tastes::Taste};
use crate::{
    domain::{AccountStatus, Identifier, Profile, Role, Session, SessionId, UserId, canonical},
    error::{Code, Error, Result},
};

/// What someone logs in with. No other item holds the hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credential {
    pub user_id: UserId,
    /// The password, in PHC string format.
    pub hash: String,
    pub role: Role,
    /// When the account was left, if it was.
    pub deactivated_at: Option<Timestamp>,
    /// Counts the changes of password and state: a session begins only under the version that was checked.
    pub version: u64,
    /// Counts the sessions that began: whoever ends them all learns of one that began meanwhile.
    pub logins: u64,
}

/// What owns a unique name.
#[derive(Serialize, Deserialize)]
pub(super) struct Owner {
    pub(super) user_id: UserId,
}

/// Creates an account with its first session. Whatever is taken is reported, not only the first.
pub async fn create(
    store: &Store,
    profile: &Profile,
    credential: &Credential,
    session: &Session,
) -> Result<()> {
    let mut writes = rows(profile, credential, Vec::new())?;
    writes.push(Write::put(keys::session(profile.user_id, session.session_id), session)?);
    store.commit(writes).await
}

/// The items of a new account, without a session, and of what its owner plays and likes.
pub(super) fn rows(profile: &Profile, credential: &Credential, tastes: Vec<Taste>) -> Result<Vec<Write>> {
    let owner = Owner { user_id: profile.user_id };
    let free = |key, taken: Code, field: &str| -> Result<Write> {
        Ok(Write::put(key, &owner)?.when(Condition::absent(), taken.at(field)))
    };
    let mut writes = vec![
        free(keys::username(&canonical(&profile.username)), Code::UsernameTaken, "username")?,
        free(keys::email(&canonical(&profile.email)), Code::EmailTaken, "email")?,
        Write::put(keys::credential(profile.user_id), credential)?,
    ];
    writes.extend(nearby::newcomer(profile, tastes)?);
    Ok(writes)
}

/// Whose username or e-mail address this is.
pub async fn find_owner(store: &Store, identifier: &Identifier) -> Result<Option<UserId>> {
    let name = identifier.canonical();
    let key = if name.contains('@') { keys::email(&name) } else { keys::username(&name) };
    if key.pk.len() > 1024 {
        return Ok(None);
    }
    Ok(store.get::<Owner>(key).await?.map(|owner| owner.user_id))
}

pub async fn find_credential(store: &Store, user_id: UserId) -> Result<Option<Credential>> {
    store.get(keys::credential(user_id)).await
}

/// Whether nothing has happened to the account since this credential was read.
fn unchanged(credential: &Credential) -> Condition {
    Condition::equals("version", credential.version)
}

/// The same, and no session has begun either.
fn undisturbed(credential: &Credential) -> Condition {
    unchanged(credential).and(Condition::equals("logins", credential.logins))
}

/// Begins a session for a checked password. Brings back an account that was left, and ends the sessions used
/// least when there are too many. `Conflict` when the account changed since the password was checked.
pub async fn begin_session(store: &Store, credential: &Credential, session: &Session) -> Result<()> {
    let mut others = sessions::list(store, credential.user_id, session.created_at).await?;
    others.sort_by_key(|other| other.last_used_at);
    let too_many = (others.len() + 1).saturating_sub(sessions::MAX_SESSIONS);
    let key = keys::session(credential.user_id, session.session_id);
    let mut login = Write::update(keys::credential(credential.user_id)).add("logins", 1);
    let mut writes: Vec<Write> = sessions::end_all(others.iter().take(too_many)).collect();
    writes.push(Write::put(key, session)?);
    if credential.deactivated_at.is_some() {
        login = login.remove("deactivated_at").add("version", 1);
        writes.extend(nearby::set_status(store, credential.user_id, AccountStatus::Active).await?);
        writes.push(erasure::cancel(credential.user_id));
    }
    // Where the limit is near, log-ins in parallel take turns: none of them may pass it.
    let crowded = others.len() >= sessions::MAX_SESSIONS / 2;
    let as_it_was = if crowded { undisturbed(credential) } else { unchanged(credential) };
    writes.push(login.when(as_it_was, Code::Conflict));
    store.commit(writes).await
}

/// Replaces a hash that was made with outdated parameters.
pub async fn rehash(store: &Store, credential: &Credential, hash: &str) -> Result<()> {
    let same = Condition::is("hash", credential.hash.as_str());
    let write = Write::update(keys::credential(credential.user_id)).set("hash", &hash)?;
    store.commit([write.when(same, Code::Conflict)]).await
}

/// Changes the password, ends every session but one and tells the owner, all at once.
pub async fn change_password(
    store: &Store,
    checked: &Credential,
    hash: &str,
    keep: SessionId,
    now: Timestamp,
    told: &Along,
) -> Result<()> {
    settle(store, checked, now, None, |credential, sessions| {
        let change = change(credential).set("hash", &hash)?;
        let kept = Write::check(keys::session(credential.user_id, keep));
        let kept = kept.when(Condition::exists(), Code::SessionEnded);
        let others = sessions.iter().filter(|session| session.session_id != keep);
        Ok([change, kept].into_iter().chain(told.writes()?).chain(sessions::end_all(others)).collect())
    })
    .await
}

/// Leaves the account as it is, to be erased when `due`; all sessions end.
pub async fn deactivate(store: &Store, checked: &Credential, now: Timestamp, due: Timestamp) -> Result<()> {
    settle(store, checked, now, Some(AccountStatus::Deactivated), |credential, sessions| {
        let leave = change(credential).set("deactivated_at", &now)?;
        let writes = [leave, erasure::schedule(credential.user_id, due)?];
        Ok(writes.into_iter().chain(sessions::end_all(sessions)).collect())
    })
    .await
}

/// The first step of an erasure: nobody logs in to the account nor sees it any more; the rest may take time
/// and is taken up again if it is interrupted.
pub async fn begin_erasure(store: &Store, checked: &Credential, now: Timestamp) -> Result<()> {
    let status = Some(AccountStatus::Erased);
    settle(store, checked, now, status, |credential, sessions| erase(credential, sessions, now)).await
}

/// The writes of [`begin_erasure`], but for those by which the person becomes an erased one.
pub(super) fn erase(credential: &Credential, sessions: &[Session], now: Timestamp) -> Result<Vec<Write>> {
    let id = credential.user_id;
    let gone = Write::delete(keys::credential(id)).when(undisturbed(credential), Code::Conflict);
    let writes = [gone, erasure::schedule(id, now)?];
    Ok(writes.into_iter().chain(sessions::end_all(sessions)).collect())
}

/// Gives a role to an account. All its sessions end, for a session carries the role.
pub async fn set_role(store: &Store, user_id: UserId, role: Role, now: Timestamp) -> Result<()> {
    let credential = find_credential(store, user_id).await?.ok_or(Code::NotFound)?;
    settle(store, &credential, now, None, |credential, sessions| {
        let give = change(credential).set("role", &role)?;
        let show = Write::update(keys::profile(user_id)).set("role", &role)?.add("version", 1);
        Ok([give, show].into_iter().chain(sessions::end_all(sessions)).collect())
    })
    .await
}

/// Commits what has to happen to an account and to all its sessions at once, with the status that the person has from
/// then on, if it is another one. Tries again when a session began in the meantime, so that it ends with the others;
/// `Conflict` when the password is not the checked one any more.
async fn settle(
    store: &Store,
    checked: &Credential,
    now: Timestamp,
    status: Option<AccountStatus>,
    writes: impl Fn(&Credential, &[Session]) -> Result<Vec<Write>> + Send,
) -> Result<()> {
    const ATTEMPTS: usize = 5;
    let mut credential = checked.clone();
    for _ in 0..ATTEMPTS {
        let person = async {
            match status {
                Some(status) => nearby::set_status(store, credential.user_id, status).await,
                None => Ok(Vec::new()),
            }
        };
        let (sessions, person) = try_join!(sessions::list(store, credential.user_id, now), person)?;
        let mut writes = writes(&credential, &sessions)?;
        writes.extend(person);
        match store.commit(writes).await {
            Err(Error { code: Code::Conflict, .. }) => {}
            settled => return settled,
        }
        let present = find_credential(store, credential.user_id).await?;
        credential = present.filter(|present| present.hash == checked.hash).ok_or(Code::Conflict)?;
    }
    Err(Code::Conflict.into())
}

/// A change of the credential, under the condition that neither it nor the list of sessions has changed.
fn change(credential: &Credential) -> Write {
    let write = Write::update(keys::credential(credential.user_id)).add("version", 1);
    write.when(undisturbed(credential), Code::Conflict)
}
