//! What each function may do on AWS, and that it can do no more here.
//!
//! `infra/rights.json` lists it; the roles in `template.yaml` are written from that list, and a call of a function to
//! a service of this machine that the list does not name is denied as IAM would deny it. The tests write down which
//! rights are made use of, so that one that nothing needs is found as well.

mod guard;
mod needs;
mod right;
pub mod used;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::LazyLock,
};

pub(crate) use self::guard::guard;
pub use self::right::{Resource, Right};

/// The rights of every function, by its name.
pub type Rights = BTreeMap<String, BTreeSet<Right>>;

/// Where they are listed, from the root of the repository.
pub const FILE: &str = "infra/rights.json";

/// The list that this program was built with.
pub static RIGHTS: LazyLock<Rights> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../rights.json")).expect("infra/rights.json lists rights")
});

tokio::task_local! {
    static FUNCTION: &'static str;
}

/// Runs a call of this function. What it asks of the services is held against its rights; what is asked outside of a
/// function, by a command for instance, is asked with the rights of whoever runs it.
pub async fn of<T>(function: &'static str, call: impl Future<Output = T>) -> T {
    FUNCTION.scope(function, call).await
}

/// The function that is being called, if one is.
pub fn caller() -> Option<&'static str> {
    FUNCTION.try_with(|function| *function).ok()
}
