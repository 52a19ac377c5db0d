use aws_sdk_sns::{operation::publish::PublishError, types::MessageAttributeValue};
use futures_util::{StreamExt, stream};

use super::{Push, endpoint, payload::payload};
use crate::{
    app::App,
    domain::{Device, UserId},
    error::{Error, Result},
    store::devices,
};

/// Pushes to every device of a person whose session stands. A device whose endpoint is disabled or gone is forgotten.
/// An error when SNS failed for any of them; then some may have got the push, and one more takes its place.
pub async fn send(app: &App, to: UserId, push: &Push) -> Result<()> {
    let devices = devices::of(app.store(), to, app.now()).await?;
    let sent = stream::iter(devices).map(|device| to_device(app, device, push));
    let sent: Vec<Result<()>> = sent.buffer_unordered(devices::MAX_DEVICES).collect().await;
    sent.into_iter().collect()
}

async fn to_device(app: &App, device: Device, push: &Push) -> Result<()> {
    let Some(application) = app.config().push.of(device.platform) else { return Ok(()) };
    let payload = payload(push, device.user_id, device.platform, application);
    let mut call = app.sns()?.publish().target_arn(&device.endpoint_arn);
    for (name, value) in payload.attributes {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value);
        call = call.message_attributes(name, value.build().map_err(Error::internal)?);
    }
    let Err(error) = call.message_structure("json").message(payload.message).send().await else {
        return Ok(());
    };
    let disabled = error.as_service_error().is_some_and(PublishError::is_endpoint_disabled_exception);
    if disabled || endpoint::is_gone(&error) {
        devices::forget(app.store(), &device).await?;
        return forget(app, &device).await;
    }
    Err(endpoint::failed(error))
}

/// Deletes the endpoint of a device that is no longer registered, or has another one by now.
pub async fn forget(app: &App, device: &Device) -> Result<()> {
    let owner = devices::owner_of(app.store(), device.platform, &device.token).await?;
    if owner.is_some_and(|owner| owner.endpoint_arn == device.endpoint_arn) {
        return Ok(());
    }
    endpoint::delete(app.sns()?, &device.endpoint_arn).await
}
