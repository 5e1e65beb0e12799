//! A private `redis-server` on a Unix socket, ended with us.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

/// Longest path of a Unix socket that all systems take.
const LONGEST_SOCKET: usize = 100;

/// Where the private server of this process listens. Not a fixed name: a redis-server of a crashed predecessor
/// removes its socket when it ends, which may be after ours has been made.
pub fn socket(data: &Path) -> PathBuf {
    let name = format!("redis-{}.sock", std::process::id());
    let usual = data.join(&name);
    if usual.as_os_str().len() <= LONGEST_SOCKET {
        return usual;
    }
    let hash = headwaters_hash::sha256_hex(data.as_os_str().as_encoded_bytes());
    std::env::temp_dir().join(format!("headwaters-{}-{name}", &hash[..16]))
}

/// Removes sockets that crashed servers have left and nobody listens on any more.
async fn remove_abandoned_sockets(data: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(data)?.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with("redis-") && name.ends_with(".sock"));
        if ours && tokio::net::UnixStream::connect(entry.path()).await.is_err() {
            match std::fs::remove_file(entry.path()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Runs redis-server below a shell that ends it when our end of the pipe closes, however we ended. The shell ends
/// when redis-server does.
const GUARD: &str = r#"
exec 3<&0
redis-server "$@" </dev/null &
server=$!
(cat <&3 >/dev/null; kill "$server" 2>/dev/null) &
watch=$!
wait "$server"
kill "$watch" 2>/dev/null
"#;

/// Starts the server and waits until its socket is there. It keeps everything in memory and drops nothing: SQL is
/// the truth, and what Redis holds must not vanish silently.
pub async fn start(data: &Path) -> anyhow::Result<Child> {
    let socket = socket(data);
    if !redis_is_installed().await {
        bail!(
            "redis-server is not installed: `apt-get install redis-server` installs it, \
             or point REDIS_URL at a running one"
        );
    }
    remove_abandoned_sockets(data).await.context("clear away old sockets")?;
    let mut child = Command::new("sh")
        .args(["-c", GUARD, "redis-guard", "--port", "0", "--save", "", "--appendonly", "no"])
        .args(["--maxmemory-policy", "noeviction", "--daemonize", "no", "--unixsocketperm", "700"])
        .arg("--unixsocket")
        .arg(&socket)
        .arg("--dir")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("start redis-server")?;
    for _ in 0..200 {
        if tokio::net::UnixStream::connect(&socket).await.is_ok() {
            return Ok(child);
        }
        if let Some(status) = child.try_wait()? {
            bail!("redis-server ended at once ({status}); does `redis-server --version` work?");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    bail!("redis-server does not listen on {}", socket.display())
}

async fn redis_is_installed() -> bool {
    let mut probe = Command::new("redis-server");
    probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().await.is_ok_and(|status| status.success())
}
