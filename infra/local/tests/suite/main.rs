//! The end-to-end suite: every test has a backend of its own and speaks HTTP. The files mirror the domains.

mod accounts;
mod catalogue;
mod contract;
mod harness;
mod platform;
mod requests;
