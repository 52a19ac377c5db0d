//! Checking a password: every guess is counted before it is looked at.

use tokio::{join, try_join};
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::{DeviceProof, Origin},
    domain::{DeviceId, DeviceName, Identifier, Password, Session, UserId},
    store::{
        accounts::{self, Credential},
        erasure,
        throttle::Bucket,
    },
};

use super::session;

/// What someone presents to log in.
pub(super) struct Attempt {
    pub(super) identifier: Identifier,
    pub(super) password: Password,
    pub(super) device_name: Option<DeviceName>,
    pub(super) device_proof: Option<String>,
}

/// Logs in: a session for the right password. An unknown account takes the same steps as a wrong password.
pub(super) async fn log_in(app: &App, origin: &Origin, attempt: Attempt) -> Result<Session> {
    let address = address_bucket(app, origin);
    let store = app.store();
    let ((), owner) =
        try_join!(address.take(store, app.now()), accounts::find_owner(store, &attempt.identifier))?;
    let device = known_device(app, owner, attempt.device_proof.as_deref())?;
    let limits = &app.config().limits;
    let bucket = match (device, owner) {
        (Some(device), _) => Bucket::new(format!("device {device}"), limits.guesses_per_device),
        (None, Some(owner)) => Bucket::new(format!("account {owner}"), limits.guesses_per_account),
        (None, None) => {
            Bucket::new(format!("name {}", attempt.identifier.canonical()), limits.guesses_per_account)
        }
    };
    let someone = owner.unwrap_or_else(|| UserId(app.new_id()));
    let ((), credential) =
        try_join!(bucket.take(store, app.now()), accounts::find_credential(store, someone))?;
    let credential = credential.filter(|credential| !erasure::is_due(credential, app.now()));
    let hash = credential.as_ref().map(|credential| credential.hash.clone());
    let right = app.hasher().verify(attempt.password.clone(), hash).await?;
    let Some(credential) = credential.filter(|_| right) else { return Err(Code::WrongCredentials.into()) };
    let session = session::begin(app, credential.user_id, credential.role, device, attempt.device_name);
    let (begun, (), ()) =
        join!(begin(app, credential.clone(), &session), give_back(app, &bucket), give_back(app, &address),);
    begun?;
    // Not beside the beginning of the session, which takes another hash for another password.
    rehash(app, &credential, attempt.password).await;
    Ok(session)
}

/// The device of a proof, if it proves anything about this account.
fn known_device(app: &App, owner: Option<UserId>, proof: Option<&str>) -> Result<Option<DeviceId>> {
    let secret = &app.config().issuing()?.refresh_secret;
    let proof = proof.and_then(|proof| DeviceProof::open(secret, proof));
    Ok(proof.filter(|proof| Some(proof.user_id) == owner).map(|proof| proof.device_id))
}

/// Another log-in at the same time is no reason to refuse this one; another password or another role is.
async fn begin(app: &App, checked: Credential, session: &Session) -> Result<()> {
    const ATTEMPTS: usize = 10;
    let mut credential = checked;
    for _ in 0..ATTEMPTS {
        match accounts::begin_session(app.store(), &credential, session).await {
            Err(Error { code: Code::Conflict, .. }) => {}
            begun => return begun,
        }
        let now = accounts::find_credential(app.store(), credential.user_id).await?;
        let same = now.filter(|now| now.hash == credential.hash && now.role == credential.role);
        credential = same.ok_or(Code::WrongCredentials)?;
    }
    Err(Code::Conflict.into())
}

/// Checks the password of somebody who is logged in already, and goes on with their credential.
pub(super) async fn confirm<T, Then: Future<Output = Result<T>>>(
    app: &App,
    user_id: UserId,
    password: Password,
    then: impl FnOnce(Credential) -> Then,
) -> Result<T> {
    let bucket = Bucket::new(format!("confirmation {user_id}"), app.config().limits.guesses_per_account);
    let store = app.store();
    let ((), credential) =
        try_join!(bucket.take(store, app.now()), accounts::find_credential(store, user_id))?;
    let credential = credential.ok_or(Code::SessionEnded)?;
    if !app.hasher().verify(password, Some(credential.hash.clone())).await? {
        return Err(Code::WrongPassword.into());
    }
    let (done, ()) = join!(then(credential), give_back(app, &bucket));
    done
}

pub(super) fn address_bucket(app: &App, origin: &Origin) -> Bucket {
    Bucket::new(format!("address {}", origin.network), app.config().limits.attempts_per_address)
}

/// A right password was no guess. When the table cannot take it back now, the limit is a little lower for the
/// rest of the hour; that is no reason to refuse.
async fn give_back(app: &App, bucket: &Bucket) {
    if let Err(error) = bucket.give_back(app.store(), app.now()).await {
        tracing::warn!(%error, "an attempt could not be given back");
    }
}

/// Brings an old hash up to today's parameters; if that fails it is done at the next log-in.
async fn rehash(app: &App, credential: &Credential, password: Password) {
    if !app.hasher().outdated(&credential.hash) {
        return;
    }
    let renewed = async {
        let hash = app.hasher().hash(password).await?;
        accounts::rehash(app.store(), credential, &hash).await
    };
    if let Err(error) = renewed.await {
        tracing::warn!(%error, "a hash could not be renewed");
    }
}
