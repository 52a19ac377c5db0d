use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Error, Result,
    app::App,
    auth::Anyone,
    input::Query,
    operation::{Operation, Route},
    output::Answer,
    text::Text,
};

pub struct GetHealth;

/// What to look at.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Whether to ask the table, too
    #[garde(skip)]
    deep: Option<bool>,
}

/// How the service is.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Health {
    status: Fine,
    /// The version of the service
    version: &'static str,
    /// Null when the table was not asked
    table: Option<Fine>,
}

/// Whatever is not fine answers with an error instead.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Fine {
    Ok,
}

impl Operation for GetHealth {
    const ROUTE: Route = Route::get("/v1/health", "Whether the service is up");
    const DONE: Text = Text::new("Up and running", "En service");
    type Caller = Anyone;
    type Input = Query<HealthCheck>;
    type Output = Answer<Health>;

    async fn run(app: &App, _: Anyone, Query(check): Self::Input) -> Result<Self::Output> {
        let table = if check.deep == Some(true) {
            // Whatever keeps the table from answering, to a probe the service is unavailable.
            app.store().ping().await.map_err(Error::unavailable)?;
            Some(Fine::Ok)
        } else {
            None
        };
        Ok(Answer(Health { status: Fine::Ok, version: env!("CARGO_PKG_VERSION"), table }))
    }
}
