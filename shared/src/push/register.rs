use aws_sdk_sns::Client;

use super::endpoint;
use crate::{
    app::App,
    auth::Member,
    config::PushApplications,
    domain::{Device, Platform, PushDeviceId, PushToken},
    error::{Code, Error, Result},
    store::devices::{self, Before},
};

/// How often a registration is tried while others change what it depends on.
const ATTEMPTS: usize = 8;

impl PushApplications {
    /// The platform application, if anything is pushed to the platform.
    pub fn of(&self, platform: Platform) -> Option<&str> {
        match platform {
            Platform::Ios => self.ios.as_deref(),
            Platform::Android => self.android.as_deref(),
        }
    }
}

/// Registers the device for the caller's session, so that pushes go to it until the session ends.
///
/// A token belongs to one device of one person. When it moves, the endpoint that had it is deleted before anything
/// else: nothing that is under way to its former owner is shown by then. `PushUnavailable` where nothing is pushed to
/// the platform; the fields at fault when the push service cannot have made the token.
pub async fn register(
    app: &App,
    member: Member,
    device_id: PushDeviceId,
    platform: Platform,
    token: PushToken,
) -> Result<Device> {
    let token = token.on(platform)?;
    let unavailable = || Error::from(Code::PushUnavailable).retry_after(3600);
    let application = app.config().push.of(platform).ok_or_else(unavailable)?;
    let (sns, store) = (app.sns()?, app.store());
    let device = || Device {
        user_id: member.user_id,
        device_id,
        session_id: member.session_id,
        platform,
        token: token.clone(),
        endpoint_arn: String::new(),
        registered_at: app.now(),
        revision: app.new_id(),
    };
    for _ in 0..ATTEMPTS {
        let claim = devices::claim(store, platform, &token, app.new_id(), app.now()).await?;
        let registered = async {
            let before = devices::before(store, member.user_id, platform, &token).await?;
            let device = device();
            let endpoint_arn = endpoint_for(sns, application, &device, &before).await?;
            let device = Device { endpoint_arn, ..device };
            devices::register(store, &device, &before, &claim).await.map(|()| device)
        };
        let registered = registered.await;
        if registered.is_err()
            && let Err(error) = devices::release(store, &claim).await
        {
            tracing::warn!(%error, "a claim ends by itself");
        }
        if !matches!(registered, Err(Error { code: Code::Conflict, .. })) {
            return registered;
        }
    }
    Err(Code::Conflict.into())
}

async fn endpoint_for(sns: &Client, application: &str, new: &Device, before: &Before) -> Result<String> {
    if let Some(former) = before.elsewhere((new.user_id, new.device_id)) {
        endpoint::delete(sns, &former.endpoint_arn).await?;
    }
    let known = before.device(new.device_id).filter(|known| known.platform == new.platform);
    if let Some(known) = known
        && endpoint::renew(sns, &known.endpoint_arn, &new.token).await?
    {
        return Ok(known.endpoint_arn.clone());
    }
    let owner = format!("{} {}", new.user_id, new.revision);
    endpoint::create(sns, application, &new.token, &owner).await
}
