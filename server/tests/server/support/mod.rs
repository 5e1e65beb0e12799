//! A real server with its private Redis and worker processes, in a temporary data folder, and users who talk to it.

pub mod http;
pub mod region;
pub mod wepp;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use headwaters_domain::TaskKind;
use headwaters_domain::live::Snapshot;
use headwaters_domain::run::RunState;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_headwaters");
/// Longest wait for a condition.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; everything ends with it.
pub struct TestServer {
    pub data: TempDir,
    pub url: String,
    child: Child,
}

/// How a server is started.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub workers: u16,
    pub geojson_max_mb: u16,
    pub enabled: bool,
    /// Started with a program that speaks WEPP's protocol.
    pub wepp: bool,
}

impl Options {
    pub const DEFAULT: Options = Options { workers: 0, geojson_max_mb: 1, enabled: true, wepp: false };
}

impl Default for Options {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TestServer {
    /// Starts a server with the accounts `admin` and `guest`, and the test region as config `valleys`.
    pub async fn start(options: Options) -> Self {
        let data = tempfile::tempdir().expect("temporary folder");
        region::write(data.path());
        Self::start_in(data, options).await
    }

    /// Starts a server with the same accounts on a data folder that is there already.
    pub async fn start_in(data: TempDir, options: Options) -> Self {
        add_user(data.path(), "admin", true);
        add_user(data.path(), "guest", false);
        let child = spawn(data.path(), options);
        let mut server = Self { data, url: String::new(), child };
        server.await_address().await;
        server
    }

    async fn await_address(&mut self) {
        let file = self.data.path().join("address");
        self.url = eventually("the server's address", async || {
            let text = std::fs::read_to_string(&file).ok()?;
            let url = text.trim().to_owned();
            reqwest::get(format!("{url}/readyz")).await.ok()?.status().is_success().then_some(url)
        })
        .await;
    }

    /// Kills the server as a power cut would, and starts it again on the same data.
    pub async fn crash_and_restart(&mut self, options: Options) {
        self.child.kill().expect("kill");
        self.child.wait().expect("wait");
        std::fs::remove_file(self.data.path().join("address")).expect("address");
        // The old redis-server ends with the pipe; workers as well.
        self.child = eventually("the data folder is free", async || {
            let mut child = spawn(self.data.path(), options);
            tokio::time::sleep(Duration::from_millis(300)).await;
            child.try_wait().expect("wait").is_none().then_some(child)
        })
        .await;
        self.await_address().await;
    }

    /// Writes the config `valleys` under another name, with texts of it replaced.
    pub fn config(&self, name: &str, changes: &[(&str, &str)]) {
        let configs = self.data.path().join("configs");
        let mut text = std::fs::read_to_string(configs.join("valleys.toml")).expect("config");
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        std::fs::write(configs.join(format!("{name}.toml")), text).expect("writable");
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> User {
        let http = reqwest::Client::new();
        User { http, url: self.url.clone(), cookie: None }
    }

    /// Somebody who is signed in.
    pub async fn user(&self, name: &str) -> User {
        let mut user = self.anonymous();
        let form = format!("name={name}&password={}", password(name));
        let response = user.form("/api/action/sign_in", form).await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers().get("set-cookie").expect("a cookie").to_str().expect("text");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        user.cookie = cookie.split(';').next().map(str::to_owned);
        user
    }

    /// The file a queue client needs.
    pub fn queue(&self) -> (String, String) {
        let text = std::fs::read_to_string(self.data.path().join("queue.json")).expect("queue.json");
        let queue: Value = serde_json::from_str(&text).expect("JSON");
        let field = |name: &str| queue[name].as_str().expect("text").to_owned();
        (field("redis_url"), field("epoch"))
    }

    /// Runs a subcommand on the server's data folder, and gives what it prints.
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = Command::new(BINARY).args(arguments).arg("--data").arg(self.data.path()).output();
        let output = output.expect("the program");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a command in the server's Redis.
    pub fn redis(&self, arguments: &[&str]) -> String {
        let socket = self.queue().0.trim_start_matches("unix://").to_owned();
        let output =
            Command::new("redis-cli").args(["-s", &socket]).args(arguments).output().expect("redis-cli");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // SIGTERM through the ordinary command: the server takes workers and Redis down itself.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

fn password(name: &str) -> String {
    format!("password of {name}")
}

fn spawn(data: &Path, options: Options) -> Child {
    let wepp = options.wepp.then(|| wepp::install(data));
    let wepp = wepp.iter().flat_map(|program| [std::ffi::OsStr::new("--wepp"), program.as_os_str()]);
    Command::new(BINARY)
        .arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--port", "0", "--lease-s", "4"])
        .args(wepp)
        .args(["--workers", &options.workers.to_string()])
        .args(["--geojson-max-mb", &options.geojson_max_mb.to_string()])
        .args(["--batch-runner-enabled", &options.enabled.to_string()])
        .env_remove("REDIS_URL")
        .env_remove("DATABASE_URL")
        .stdout(Stdio::null())
        .spawn()
        .expect("start the server")
}

fn add_user(data: &Path, name: &str, admin: bool) {
    use std::io::Write;
    let mut command = Command::new(BINARY);
    command.arg("user").arg("add").arg(name).arg("--data").arg(data).stdin(Stdio::piped());
    if admin {
        command.arg("--admin");
    }
    let mut child = command.spawn().expect("start");
    child.stdin.take().expect("pipe").write_all(password(name).as_bytes()).expect("write");
    assert!(child.wait().expect("wait").success());
}

/// Waits until `condition` gives something.
pub async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Somebody with a browser.
#[derive(Clone)]
pub struct User {
    http: reqwest::Client,
    pub url: String,
    pub cookie: Option<String>,
}

impl User {
    /// A request as our own pages send it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        request = request.header("sec-fetch-site", "same-origin");
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("answer")
    }

    pub async fn get_json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.expect("JSON")
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.request(Method::POST, path).json(&body).send().await.expect("answer")
    }

    pub async fn put(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.request(Method::PUT, path).header("content-type", "application/json");
        request.body(body).send().await.expect("answer")
    }

    pub async fn form(&self, path: &str, form: String) -> Response {
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send().await.expect("answer")
    }

    /// A batch over the test region, ready to run.
    pub async fn ready_batch(&self, name: &str) {
        self.ready_batch_of(name, "valleys").await;
    }

    /// A batch over the test region with another config.
    pub async fn ready_batch_of(&self, name: &str, config: &str) {
        let created = self.post("/api/batches", json!({ "name": name, "config": config })).await;
        assert_eq!(created.status(), StatusCode::CREATED, "{}", created.text().await.unwrap_or_default());
        self.give_polygons(name, &region::polygons()).await;
    }

    /// Another outline for one of the watersheds of a ready batch: the coordinates of a polygon.
    pub async fn reshape(&self, batch: &str, watershed: usize, coordinates: Value) {
        let mut polygons = region::polygons();
        polygons["features"][watershed]["geometry"]["coordinates"] = coordinates;
        self.give_polygons(batch, &polygons).await;
    }

    /// Uploads watersheds, and confirms the template with them.
    async fn give_polygons(&self, name: &str, polygons: &Value) {
        let path = format!("/api/batches/{name}/watersheds?filename=valleys.geojson");
        let uploaded = self.put(&path, polygons.to_string()).await;
        assert_eq!(uploaded.status(), StatusCode::OK, "{}", uploaded.text().await.unwrap_or_default());
        let template = json!({ "template": "{slug(properties.Name)}" });
        let stored = self.post(&format!("/api/batches/{name}/template"), template).await;
        assert_eq!(stored.status(), StatusCode::OK);
    }

    /// Changes one setting of a control, and gives the answer.
    pub async fn try_control(&self, batch: &str, kind: &str, field: &str, value: Value) -> Response {
        let controls = self.get_json(&format!("/api/batches/{batch}/controls")).await;
        let control = controls.as_array().expect("controls").iter().find(|control| control["kind"] == kind);
        let control = control.expect("the control");
        let mut document = control["value"].clone();
        document[field] = value;
        let version = format!("\"{}\"", control["version"]);
        let path = format!("/api/batches/{batch}/controls/{kind}");
        let request = self.request(Method::PUT, &path).header("if-match", version).json(&document);
        request.send().await.expect("answer")
    }

    /// Changes one setting of a control.
    pub async fn set_control(&self, batch: &str, kind: &str, field: &str, value: Value) {
        let response = self.try_control(batch, kind, field, value).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap_or_default());
    }

    /// A batch whose erosion takes long enough to be interrupted: many years of weather.
    pub async fn slow_batch(&self, name: &str) {
        self.ready_batch(name).await;
        self.set_control(name, "climate", "years", json!(300)).await;
    }

    /// Presses Run.
    pub async fn run(&self, name: &str, tasks: &[&str]) -> Response {
        let body = json!({ "filter": { "kind": "all" }, "tasks": tasks, "force_rebuild": false });
        self.post(&format!("/api/batches/{name}/run"), body).await
    }

    pub async fn snapshot(&self, name: &str) -> Snapshot {
        let value = self.get_json(&format!("/api/batches/{name}/runs")).await;
        serde_json::from_value(value).expect("a snapshot")
    }

    /// Waits until no run of the batch is active.
    pub async fn settled(&self, name: &str) -> Snapshot {
        eventually("the batch ends", async || {
            let snapshot = self.snapshot(name).await;
            let active =
                snapshot.runs.iter().any(|row| matches!(row.state(), RunState::Pending | RunState::Running));
            (!active).then_some(snapshot)
        })
        .await
    }
}

/// Slugs of all tasks.
pub const ALL_TASKS: [&str; TaskKind::ALL.len()] = {
    let mut slugs = [""; TaskKind::ALL.len()];
    let mut task = 0;
    while task < slugs.len() {
        slugs[task] = TaskKind::ALL[task].slug();
        task += 1;
    }
    slugs
};

/// What the weather of a run needs.
pub const CLIMATE_TASKS: [&str; 7] = [
    "fetch_dem",
    "build_channels",
    "find_outlet",
    "build_subcatchments",
    "abstract_watershed",
    "landuse",
    "climate",
];

/// Presses Run, and expects every run of the batch to succeed.
pub async fn succeed(admin: &User, batch: &str, tasks: &[&str]) {
    let response = admin.run(batch, tasks).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED, "{}", response.text().await.unwrap_or_default());
    for row in &admin.settled(batch).await.runs {
        assert_eq!(row.state(), RunState::Succeeded, "{}: {:?}", row.run_id, row.error_message);
    }
}

/// A figure of every run, in key order.
pub async fn figures(admin: &User, batch: &str, field: &str) -> Vec<f64> {
    let results = admin.get_json(&format!("/api/batches/{batch}/results")).await;
    let rows = results.as_array().expect("rows").iter();
    rows.map(|row| row[field].as_f64().unwrap_or_else(|| panic!("{field} in {row}"))).collect()
}
