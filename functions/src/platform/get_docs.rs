use std::{borrow::Cow, sync::LazyLock};

use tunelink::{
    Result,
    app::App,
    auth::Anyone,
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
        static PAGE: LazyLock<String> = LazyLock::new(page);
        Ok(Html(Cow::Borrowed(PAGE.as_bytes())))
    }
}

/// One page that needs nothing else but the document.
fn page() -> String {
    let style = include_str!("swagger-ui/swagger-ui.css");
    // The map is not served; asking for it would only log errors.
    let style = style.split("/*# sourceMappingURL").next().unwrap_or_default();
    let bundle = inline(include_str!("swagger-ui/swagger-ui-bundle.js"));
    include_str!("docs.html").replace("{{style}}", style).replace("{{bundle}}", &bundle)
}

/// A script that can stand inside a page. What HTML would take for its own occurs only in string and regular
/// expression literals, where `\x3C` means the same (HTML standard, "Restrictions for contents of script elements").
fn inline(script: &str) -> String {
    script.replace("<!--", r"\x3C!--").replace("<script", r"\x3Cscript").replace("</script", r"\x3C/script")
}
