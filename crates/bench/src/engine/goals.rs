//! The promised accuracy, on the reference runs where they are at hand (`../shared/data/wepp/matrix` beside the
//! workspace): a change of the engine that loses it must fail a test.

use std::path::Path;

use super::cases::Matrix;
use super::report::{Comparison, Group, compare};

/// Figures that no climate, texture or treatment was fitted to; see `docs/engine.md` for how far above them the engine is.
#[test]
fn the_engine_stays_as_close_to_the_reference_as_promised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wepp/matrix");
    if !folder.join("summary.csv").exists() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    let matrix = Matrix::open(&folder).expect("readable cases");
    let compared = compare(&matrix).expect("every case runs");
    let climate = |name: &str| -> &Group {
        compared.climates.iter().find(|group| group.name == name).unwrap_or_else(|| panic!("{name}"))
    };
    for rainy in ["birmingham", "flagstaff"] {
        let Group { rain_runoff, sediment, .. } = climate(rainy);
        let (runoff, sediment) = (&rain_runoff.embedded, &sediment.embedded);
        assert!(
            runoff.within_30_pct >= 92.0 && (0.95..=1.05).contains(&runoff.median),
            "{rainy}: {runoff:?}"
        );
        assert!(sediment.within_30_pct >= 75.0 && sediment.within_factor_2 >= 95.0, "{rainy}: {sediment:?}");
    }
    let snowy = climate("mtshasta");
    assert!(snowy.total_runoff.embedded.within_factor_2 >= 90.0, "{:?}", snowy.total_runoff);
    assert!(snowy.sediment.embedded.within_factor_2 >= 80.0, "{:?}", snowy.sediment);
    let Comparison { all, sediment_log10_r2, largest_balance_error_mm, events, .. } = &compared;
    assert!(
        all.sediment.embedded.within_factor_2 >= 90.0 && *sediment_log10_r2 >= 0.95,
        "{:?}",
        all.sediment
    );
    assert!(*largest_balance_error_mm <= 0.1, "{largest_balance_error_mm} mm");
    assert_eq!(compared.ranked_pairs, compared.ranked_pairs_kept, "treatments change places");
    for event in events {
        assert!(event.peak_within_5_pct >= 90.0 && event.sediment_within_20_pct >= 95.0, "{event:?}");
    }
}
