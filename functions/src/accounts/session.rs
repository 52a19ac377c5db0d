//! Beginning a session, and the tokens that act for it.

use tunelink::{
    Result,
    app::App,
    auth::{ACCESS_TOKEN_SECONDS, Claims, DeviceProof, RefreshToken},
    domain::{DeviceId, DeviceName, Role, Session, SessionId, Tokens, UserId},
    store::sessions,
};

/// A session that begins now.
pub(super) fn begin(
    app: &App,
    user_id: UserId,
    role: Role,
    device_id: Option<DeviceId>,
    device_name: Option<DeviceName>,
) -> Session {
    let now = app.now();
    Session {
        session_id: SessionId(app.new_id()),
        user_id,
        role,
        device_id: device_id.unwrap_or_else(|| DeviceId(app.new_id())),
        device_name,
        created_at: now,
        last_used_at: now,
        generation: 1,
        rotated_at: now,
        expires: (now + sessions::IDLE).as_second(),
    }
}

/// The tokens of a session's current generation.
pub(super) fn tokens(app: &App, session: &Session) -> Result<Tokens> {
    let issuing = app.config().issuing()?;
    let &Session { user_id, session_id, device_id, generation, .. } = session;
    Ok(Tokens {
        user_id,
        session_id,
        access_token: issuing.signing_key.issue(Claims { user_id, session_id }, app.now())?,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_SECONDS,
        refresh_token: RefreshToken { user_id, session_id, generation }.seal(&issuing.refresh_secret),
        device_proof: DeviceProof { user_id, device_id }.seal(&issuing.refresh_secret),
    })
}
