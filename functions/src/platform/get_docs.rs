use tunelink::{
    Result,
    app::App,
    auth::Anyone,
    http::Asset,
    operation::{Operation, Route},
    output::Html,
    text::Text,
};

pub struct GetDocs;

impl Operation for GetDocs {
    const ROUTE: Route = Route::get("/docs", "These pages (Swagger UI)");
    const DONE: Text = Text::new("The documentation", "La documentation");
    type Caller = Anyone;
    type Input = ();
    type Output = Html;

    async fn run(_: &App, _: Anyone, (): Self::Input) -> Result<Self::Output> {
        Ok(Html(Asset {
            plain: include_bytes!(concat!(env!("OUT_DIR"), "/docs.html")),
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/docs.html.gz")),
        }))
    }
}
