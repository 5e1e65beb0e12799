//! Access: passwords, sessions, the origin of writes.

pub mod accounts;
pub mod origin;
pub mod password;
pub mod session;
