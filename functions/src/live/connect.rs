use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Claims,
    domain::ConnectionId,
    live::{LiveOperation, LiveRequest},
    store::{
        Write,
        connections::{self, Connection, LONGEST_SECONDS},
        sessions, tickets,
    },
    text::Language,
};

/// Lets a socket open for a session: by its access token in `Authorization`, or by a ticket in the query.
pub struct Connect;

impl LiveOperation for Connect {
    const ROUTE: &'static str = "$connect";

    async fn run(app: &App, connection_id: ConnectionId, request: &LiveRequest) -> Result<()> {
        let (store, now) = (app.store(), app.now());
        let (Claims { user_id, session_id }, ticket) = claims(app, request).await?;
        app.called_by(user_id);
        let (session, others) =
            try_join!(sessions::find(store, user_id, session_id), connections::all(store, user_id))?;
        session.filter(|session| session.expires > now.as_second()).ok_or(Code::SessionEnded)?;
        let language = request.headers.get("accept-language").and_then(|accept| accept.to_str().ok());
        let connection = Connection {
            connection_id,
            user_id,
            session_id,
            connected_at: now,
            language: Language::negotiate(language),
            expires: now.as_second() + LONGEST_SECONDS,
        };
        connections::add(store, &connection, others, ticket).await
    }
}

/// Who opens the socket, and what uses up the ticket that says so.
async fn claims(app: &App, request: &LiveRequest) -> Result<(Claims, Option<Write>)> {
    if let Some(ticket) = request.query_string_parameters.first("ticket") {
        let (ticket, used) = tickets::take(app.store(), ticket, app.now()).await?;
        return Ok((Claims { user_id: ticket.user_id, session_id: ticket.session_id }, Some(used)));
    }
    let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    match header.and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            app.config().verifying_keys.verify(token, app.now()).map(|claims| (claims, None))
        }
        _ => Err(Code::Unauthenticated.into()),
    }
}
