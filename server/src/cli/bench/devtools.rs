//! A headless Chromium, told what to do over its DevTools protocol.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Names under which systems install the program.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(120);

/// A browser with one page. It ends when this is dropped.
pub struct Browser {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    last_id: u64,
    _process: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser; `None` when none is installed.
    ///
    /// # Errors
    /// A browser that does not say where it listens, or does not open a page.
    pub async fn start() -> anyhow::Result<Option<Self>> {
        let profile = tempfile::tempdir()?;
        let Some(mut process) = PROGRAMS.iter().find_map(|program| spawn(program, &profile).ok()) else {
            return Ok(None);
        };
        let address = tokio::time::timeout(ANSWER, address(&mut process)).await??;
        let (socket, _) = connect_async(address).await.context("connect to the browser")?;
        let mut browser =
            Self { socket, session: String::new(), last_id: 0, _process: process, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" })).await?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach).await?;
        attached["sessionId"]
            .as_str()
            .context("the browser names no session")?
            .clone_into(&mut browser.session);
        Ok(Some(browser))
    }

    /// Opens an address with a cookie.
    ///
    /// # Errors
    /// A browser that refuses.
    pub async fn open(&mut self, url: &str, (name, value): (&str, &str)) -> anyhow::Result<()> {
        self.call("Network.setCookie", json!({ "url": url, "name": name, "value": value })).await?;
        self.call("Page.navigate", json!({ "url": url })).await?;
        Ok(())
    }

    /// The value of a JavaScript expression in the page; a promise is awaited.
    ///
    /// # Errors
    /// What the expression throws.
    pub async fn evaluate(&mut self, expression: &str) -> anyhow::Result<Value> {
        let request = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", request).await?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            bail!("in the browser: {thrown}");
        }
        Ok(answer["result"]["value"].take())
    }

    async fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.last_id += 1;
        let mut request = json!({ "id": self.last_id, "method": method, "params": params });
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(request.to_string())).await?;
        tokio::time::timeout(ANSWER, self.answer(self.last_id)).await.with_context(|| method.to_owned())?
    }

    /// Reads on until the answer to a request; what else the browser says is of no interest.
    async fn answer(&mut self, id: u64) -> anyhow::Result<Value> {
        while let Some(message) = self.socket.next().await {
            let Message::Text(text) = message? else { continue };
            let mut answer: Value = serde_json::from_str(&text)?;
            if answer["id"] == json!(id) {
                return match answer.get("error") {
                    Some(error) => Err(anyhow!("the browser refuses: {error}")),
                    None => Ok(answer["result"].take()),
                };
            }
        }
        bail!("the browser has gone")
    }
}

fn spawn(program: &str, profile: &tempfile::TempDir) -> std::io::Result<Child> {
    Command::new(program)
        // The sandbox needs what root and containers lack; only our own page is opened.
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--no-first-run", "--remote-debugging-port=0"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("about:blank")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Where the browser listens, as it says on its error output.
async fn address(process: &mut Child) -> anyhow::Result<String> {
    let output = process.stderr.take().context("the browser's output")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(address) = line.trim().strip_prefix("DevTools listening on ") {
            let address = address.to_owned();
            // Reading on keeps the browser from blocking on a full pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(address);
        }
    }
    bail!("the browser ended before it listened")
}
