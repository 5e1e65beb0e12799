//! Address of the server's queue, for workers that are started by hand.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::write_atomically;

/// Where workers find the server's queue, as the server leaves it in the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueAddress {
    /// URL of Redis; may hold a password, so the file is private.
    pub redis_url: String,
    /// Identity of the database the queue belongs to.
    pub epoch: String,
}

impl QueueAddress {
    const FILE: &str = "queue.json";

    /// The address a running or former server has left in the data folder.
    pub fn read(data: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(data.join(Self::FILE))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Leaves the address in the data folder.
    pub fn write(&self, data: &Path) -> io::Result<()> {
        let path = data.join(Self::FILE);
        write_atomically(&path, serde_json::to_string(self)?.as_bytes())?;
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
    }
}
