use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::PushDeviceId,
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::devices,
    text::Text,
};

pub struct RemoveDevice;

impl Operation for RemoveDevice {
    const ROUTE: Route =
        Route::delete("/v1/users/me/devices/{device_id}", "Have no more pushes sent to a device");
    const DONE: Text = Text::new("Device removed", "Appareil retiré");
    const ERRORS: &'static [Code] = &[Code::Conflict];
    type Caller = Member;
    type Input = Path<PushDeviceId>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        devices::remove(app.store(), member.user_id, id).await.map(|()| Done)
    }
}
