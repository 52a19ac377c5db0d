use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tunelink::{
    Result,
    app::App,
    auth::Member,
    operation::{Operation, Route},
    output::Answer,
    store::tickets,
    text::Text,
};

pub struct CreateLiveTicket;

/// Opens one socket, once and soon.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LiveTicket {
    /// For the query of the socket's address: `?ticket=…`
    ticket: String,
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
}

impl Operation for CreateLiveTicket {
    const ROUTE: Route = Route::post(
        "/v1/live/tickets",
        "Get a ticket for a socket, for clients that cannot set headers: good once, for 30 seconds",
    );
    const DONE: Text = Text::new("Ticket", "Ticket");
    type Caller = Member;
    type Input = ();
    type Output = Answer<LiveTicket>;

    async fn run(app: &App, member: Member, (): ()) -> Result<Self::Output> {
        let (ticket, expires_at) =
            tickets::issue(app.store(), member.user_id, member.session_id, app.now()).await?;
        Ok(Answer(LiveTicket { ticket, expires_at }))
    }
}
