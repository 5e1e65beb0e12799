//! Features that were repaired or rejected, one line each.

use headwaters_domain::intake::{FeatureFinding, FeatureOutcome};
use leptos::prelude::*;

use crate::model::format::{count, figure, lon_lat, number};
use crate::model::order::sorted_by_key;
use crate::ui::feedback::{Note, Tone};
use crate::ui::view::view;

/// Findings listed at once; the rest are counted.
const LISTED: usize = 200;

/// Rejected features first, then repaired ones.
#[component]
pub fn Findings(findings: Vec<FeatureFinding>) -> impl IntoView {
    let of = |outcome| findings.iter().filter(|finding| finding.outcome == outcome).count() as u64;
    let (rejected, repaired) = (of(FeatureOutcome::Rejected), of(FeatureOutcome::Repaired));
    if rejected + repaired == 0 {
        return view! { <p class="quiet">"All features are accepted without repair."</p> };
    }
    let ordered =
        sorted_by_key(&findings, |finding| (finding.outcome != FeatureOutcome::Rejected, finding.index));
    let unlisted = ordered.len().saturating_sub(LISTED);
    let rows = ordered.into_iter().take(LISTED).map(row).collect_view();
    let rejected_note = (rejected > 0).then(|| {
        view! {
            <Note tone=Tone::Attention>
                <p>
                    {count(rejected, "feature")}
                    " will not run. Correct them in the file and upload it again, or continue without them; the map shows them hatched."
                </p>
            </Note>
        }
    });
    view! {
        {rejected_note}
        <details class="disclosure" open={rejected > 0}>
            <summary>{format!("Findings: {rejected} rejected, {repaired} repaired")}</summary>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Findings">
                <table class="table table-dense">
                    <thead>
                        <tr>
                            <th scope="col">"Feature"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col">"Finding"</th>
                            <th scope="col">"Location"</th>
                            <th scope="col">"Area before → after"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(unlisted > 0).then(|| view! { <p class="quiet">{format!("and {unlisted} more")}</p> })}
        </details>
    }
}

fn row(finding: FeatureFinding) -> AnyView {
    let (look, word) = match finding.outcome {
        FeatureOutcome::Rejected => ("failed", "rejected"),
        FeatureOutcome::Repaired => ("retry_wait", "repaired"),
        FeatureOutcome::Accepted => ("succeeded", "accepted"),
    };
    let area = finding.area_change_m2.map(|[before_m2, after_m2]| {
        let percent = if before_m2 > 0.0 { (after_m2 - before_m2) / before_m2 * 100.0 } else { 0.0 };
        let change =
            if percent.abs() < 0.001 { "unchanged".to_owned() } else { format!("{} %", number(percent, 3)) };
        format!("{} → {} km² ({change})", figure(before_m2 / 1e6), figure(after_m2 / 1e6))
    });
    view! {
        <tr>
            <th scope="row">
                {finding.index}
                {finding.feature_id.map(|id| view! { <span class="quiet">" "{id}</span> })}
            </th>
            <td>
                <span class=format!("badge state-{look}")>
                    <span class=format!("mark mark-{look}") aria-hidden="true"></span>
                    {word}
                </span>
            </td>
            <td>{finding.message}" "<code class="code-tag">{finding.code}</code></td>
            <td class="nowrap">{finding.at.map(lon_lat)}</td>
            <td class="nowrap">{area}</td>
        </tr>
    }
}
