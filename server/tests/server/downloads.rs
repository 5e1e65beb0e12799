//! What a run may download.

use std::collections::BTreeMap;

use headwaters_domain::run::RunState;
use headwaters_domain::{TaskKind, TaskState};

use crate::support::http::FileServer;
use crate::support::{CLIMATE_TASKS, Options, TestServer, region, succeed};

/// Unit in which remote files are read, bytes.
const PAGE: usize = 128 << 10;

/// Elevations, a land cover and twelve months of precipitation, none of them large, add up; the limit is the run's,
/// not that of each read, and the runs of a batch do not pay for one another.
#[tokio::test]
async fn the_reads_of_one_run_share_a_limit() {
    let server = TestServer::start(Options { workers: 2, ..Options::DEFAULT }).await;
    let admin = server.user("admin").await;
    // Followed by nothing of use, so that every opening costs a page.
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len() + PAGE, 0);
        bytes
    };
    let file = |name: &str| std::fs::read(server.data.path().join("valleys").join(name)).expect("readable");
    let rain = padded(region::raster_by_valley(|valley| 60 + valley as u8));
    let mut files = BTreeMap::from([
        ("/dem.tif", padded(file("dem.tif"))),
        ("/landcover.tif", padded(file("landcover.tif"))),
    ]);
    const MONTHS: [&str; 12] =
        ["/01", "/02", "/03", "/04", "/05", "/06", "/07", "/08", "/09", "/10", "/11", "/12"];
    files.extend(MONTHS.map(|month| (month, rain.clone())));
    let web = FileServer::start(files);
    let source = |name: &str| format!("source = {{ kind = \"cog\", url = \"{}/{name}\" }}", web.address);
    let stations = "stations = \"valleys/stations\"";
    let months = format!("{stations}\nmonthly_precipitation = {{ {} }}", source("{month}"));
    for (name, limit_mib) in [("small", 1), ("large", 4)] {
        server.config(
            name,
            &[
                ("cell_size_m = 30", &format!("cell_size_m = 30\nmax_download_mb = {limit_mib}")),
                ("path = \"valleys/dem.tif\"", &source("dem.tif")),
                ("path = \"valleys/landcover.tif\"", &source("landcover.tif")),
                (stations, &months),
            ],
        );
        admin.ready_batch_of(name, name).await;
    }
    succeed(&admin, "large", &CLIMATE_TASKS).await;

    admin.run("small", &CLIMATE_TASKS).await;
    for row in &admin.settled("small").await.runs {
        assert_eq!(row.state(), RunState::Failed);
        assert_eq!(row.tasks[TaskKind::AbstractWatershed.index()], TaskState::Succeeded, "{row:?}");
        assert_eq!(row.error_code.as_deref(), Some("download_limit"));
        let message = row.error_message.as_deref().expect("a reason");
        assert!(
            message.contains("MiB have been downloaded") && message.contains("max_download_mb"),
            "{message}"
        );
        let logs = server.data.path().join("batch/small/runs").join(&row.run_id).join("logs");
        let ledger = std::fs::read_dir(logs).expect("logs").flatten().map(|entry| entry.path());
        let ledger = ledger.filter(|path| path.extension().is_some_and(|extension| extension == "tsv"));
        let ledger: Vec<_> = ledger.map(|path| std::fs::read_to_string(path).expect("readable")).collect();
        for shared in ["/dem.tif", "/landcover.tif", "/01"] {
            assert!(ledger.len() == 1 && ledger[0].contains(shared), "{ledger:?}");
        }
    }
}
