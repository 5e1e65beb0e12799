//! Whatever is typed into the editor or found in an upload, the language answers, and answers quickly.
#![cfg(not(target_arch = "wasm32"))]

use headwaters_domain::intake::TemplateFeature;
use headwaters_template::{Template, check, completions, report};
use proptest::prelude::*;

fn feature(name: &str) -> TemplateFeature {
    let mut properties = serde_json::Map::new();
    properties.insert("Name".to_owned(), name.into());
    TemplateFeature { index: 0, id: None, properties }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in "[ -~é{}\\[\\]'\"]{0,80}", name in ".{0,40}") {
        let cursor = text.len();
        completions(&text, cursor, &["Name".to_owned()]);
        let (report, rows) = report(&text, &[feature(&name)], "x");
        prop_assert_eq!(rows.len(), 1);
        prop_assert!(rows[0].run_id.is_some() != rows[0].error.is_some());
        prop_assert_eq!(report.summary.is_valid, rows[0].run_id.is_some());
    }

    #[test]
    fn mutated_templates_never_panic(cut in 0..60_usize, insert in "[{}()\\[\\]:.,'\"+*%f!-]{0,3}") {
        let template = "{slug(properties['Name'][0:4], separator='_')}-{index:03d}-{f'{1:>{2}}'}";
        let cut = cut.min(template.len());
        let text = format!("{}{insert}{}", &template[..cut], &template[cut..]);
        if let Err(fault) = check(&text) {
            prop_assert!(fault.start <= fault.end && fault.end <= text.len() + 2);
            prop_assert!(!fault.message.is_empty());
        }
    }
}

#[test]
fn hostile_templates_are_bounded_in_time_and_memory() {
    let deep = format!("{{{}1{}}}", "(".repeat(400), ")".repeat(400));
    let signs = format!("{{{}1}}", "-".repeat(900));
    for hostile in [
        "{9**9**9**9}",
        "{2.0**999999999}",
        "{'x'*10**30}",
        "{('x'*9999+'y')*9999}",
        "{replace('a'*9999,'a','bbbbbbbbbb')}",
        "{1:>999999999}",
        "{zfill(1, 10**30)}",
        "{'%999999999d' % 1}",
        deep.as_str(),
        signs.as_str(),
    ] {
        let outcome = Template::parse(hostile).and_then(|template| template.evaluate(&feature("x")));
        assert!(outcome.is_err() || outcome.is_ok_and(|text| text.len() <= 20_000), "{hostile}");
    }
}

#[test]
fn the_report_names_duplicates_and_missing_properties() {
    let features: Vec<TemplateFeature> = ["Big Creek", "big-creek", "Elk"]
        .iter()
        .enumerate()
        .map(|(index, name)| TemplateFeature { index: index as u32, ..feature(name) })
        .collect();
    let (found, rows) = report("{Name}", &features, "sum");
    assert_eq!((found.summary.unique_run_ids, found.summary.duplicate_run_ids), (2, 1));
    assert_eq!(found.duplicates[0].indexes, [0, 1], "case does not make run ids different");
    assert_eq!(rows[0].changed_from.as_deref(), Some("Big Creek"));
    assert!(!found.summary.is_valid);
    let (found, _) = report("{Nmae}", &features, "sum");
    assert_eq!(found.errors[0].error, "there is no property Nmae");
    assert!(!report("{Name}", &[], "sum").0.summary.is_valid, "no features, nothing to run");
}
