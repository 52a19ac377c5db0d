use tunelink::{
    Result,
    app::App,
    auth::Anyone,
    http::Asset,
    operation::{Operation, Route},
    output::Document,
    text::Text,
};

pub struct GetOpenapi;

impl Operation for GetOpenapi {
    const ROUTE: Route = Route::get("/openapi.json", "This document (OpenAPI 3.0)");
    const DONE: Text = Text::new("The document", "Le document");
    type Caller = Anyone;
    type Input = ();
    type Output = Document;

    async fn run(_: &App, _: Anyone, (): Self::Input) -> Result<Self::Output> {
        Ok(Document(Asset {
            plain: include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json")),
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz")),
        }))
    }
}
