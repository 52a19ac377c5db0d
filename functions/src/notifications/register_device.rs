use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{DeviceView, Platform, PushDeviceId, PushToken},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    push,
    text::Text,
};

pub struct RegisterDevice;

/// What the push service of the platform gave the app.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "platform": "ios",
    "token": "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad",
}))]
pub struct NewDevice {
    #[garde(skip)]
    platform: Platform,
    /// iOS: the bytes of the device token in hexadecimal, 64–200 digits. Android: the registration token
    #[garde(dive)]
    token: PushToken,
}

impl Operation for RegisterDevice {
    const ROUTE: Route = Route::put(
        "/v1/users/me/devices/{device_id}",
        "Have pushes sent to a device until you log out there",
    );
    const DONE: Text = Text::new("Device registered", "Appareil enregistré");
    const ERRORS: &'static [Code] = &[Code::PushUnavailable, Code::Conflict];
    type Caller = Member;
    type Input = (Path<PushDeviceId>, Body<NewDevice>);
    type Output = Answer<DeviceView>;

    async fn run(app: &App, member: Member, (Path(id), Body(new)): Self::Input) -> Result<Self::Output> {
        let device = push::register(app, member, id, new.platform, new.token).await?;
        Ok(Answer(DeviceView::from(&device)))
    }
}
