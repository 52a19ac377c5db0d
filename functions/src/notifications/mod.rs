//! Notifications: what happened, and how people want to be told of it.

pub mod create_notification;
pub mod delete_notification;
pub mod get_notification;
pub mod get_preferences;
pub mod list_notifications;
pub mod mark_all_notifications_read;
pub mod mark_notification_read;
pub mod register_device;
pub mod remove_device;
pub mod update_preferences;
pub(crate) mod words;
