//! Instruments and genres.

pub mod create_genre;
pub mod create_instrument;
pub mod delete_genre;
pub mod delete_instrument;
mod entry;
pub mod get_genre;
pub mod get_instrument;
pub mod list_genres;
pub mod list_instruments;
pub mod list_users_by_genre;
pub mod list_users_by_instrument;
mod seed;
pub mod update_genre;
pub mod update_instrument;

pub use seed::{genres, instruments, seed};
