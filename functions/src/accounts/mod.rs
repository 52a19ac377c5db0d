//! Accounts: who somebody is, where they are logged in, what they play.

pub mod add_my_genre;
pub mod block_user;
pub mod change_password;
pub mod delete_my_account;
pub mod get_my_profile;
pub mod get_user;
pub mod issue_token;
pub mod list_blocked_users;
pub mod list_my_genres;
pub mod list_my_instruments;
pub mod list_sessions;
pub mod log_in;
pub mod log_out;
mod password;
pub mod refresh_session;
pub mod register;
pub mod remove_my_genre;
pub mod remove_my_instrument;
pub mod revoke_session;
pub mod search_users;
mod session;
pub mod set_my_instrument;
pub mod unblock_user;
pub mod update_my_profile;
