//! The reaction to the table's stream, as the function behind it.

use std::sync::Arc;

use functions::REACT;
use tunelink::app::App;

use crate::rights;
use crate::stream::{Function, Mapping, Order};

/// The function that the records of the table's stream are for.
pub fn function(app: &App) -> Function {
    let app = app.clone();
    Arc::new(move |event| {
        let app = app.clone();
        Box::pin(async move { Ok(rights::of(REACT.name, REACT.call(&app, event)).await) })
    })
}

/// How the stream and the function are connected. Nothing is in order but the changes of one item, for AWS promises no
/// more.
pub fn mapping() -> Mapping {
    Mapping { function_name: REACT.name.to_owned(), order: Order::Item, ..Mapping::default() }
}
