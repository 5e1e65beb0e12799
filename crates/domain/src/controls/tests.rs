use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn defaults_are_valid_and_survive_the_wire() {
    let controls = Controls::default();
    assert_eq!(controls.validate(), []);
    let mut copy = Controls::default();
    for kind in ControlKind::ALL {
        let document = controls.document(kind).expect("plain data");
        copy.set_document(kind, document).expect("own output is accepted");
        assert_eq!(ControlKind::from_slug(kind.slug()), Some(kind));
        assert_eq!(json!(kind), json!(kind.slug()), "one spelling everywhere");
    }
    assert_eq!(copy, controls);
}

#[test]
fn a_misspelt_setting_is_refused_instead_of_ignored() {
    let mut controls = Controls::default();
    let typo = json!({ "critical_source_area": 5.0 });
    assert!(controls.set_document(ControlKind::Channels, typo).is_err());
}

/// A control that no task is said to read could be changed without any result turning stale.
#[test]
fn every_control_is_read_by_a_task() {
    for kind in ControlKind::ALL {
        assert!(!kind.read_by().is_empty(), "{kind:?}");
    }
}

/// A field without a row would be missing from the form, the range checks and the documentation.
#[test]
fn every_field_has_exactly_one_descriptor() {
    for kind in ControlKind::ALL {
        let defaults = Controls::default().document(kind).expect("plain data");
        let members: BTreeSet<&str> =
            defaults.as_object().expect("an object").keys().map(String::as_str).collect();
        let top_level: Vec<&str> =
            kind.fields().iter().filter(|field| field.is_top_level()).map(|field| field.path).collect();
        assert_eq!(members, top_level.iter().copied().collect(), "{kind:?}");
        assert_eq!(members.len(), top_level.len(), "{kind:?}: two rows for one field");

        let mut nested: Vec<String> = Vec::new();
        for (parent, variants) in kind.fields().iter().filter_map(variants_of) {
            let initials = variants.iter().map(|variant| (variant.initial)());
            let names = initials.flat_map(|initial| initial.as_object().cloned().unwrap_or_default());
            let paths = names.filter(|(name, _)| name != "kind").map(|(name, _)| format!("{parent}.{name}"));
            nested.extend(paths);
        }
        let described: BTreeSet<&str> =
            kind.fields().iter().filter(|field| !field.is_top_level()).map(|field| field.path).collect();
        assert_eq!(nested.iter().map(String::as_str).collect::<BTreeSet<_>>(), described, "{kind:?}");
    }
}

#[test]
fn every_row_says_what_it_is_about() {
    for kind in ControlKind::ALL {
        for field in kind.fields() {
            let choices = choices_of(field);
            let choices = choices.iter().map(|choice| (choice.value, choice.label, choice.help));
            for (path, label, help) in choices.chain([(field.path, field.label, field.help)]) {
                assert!(!label.is_empty() && help.ends_with('.'), "{kind:?} {}: {path}", field.path);
            }
        }
    }
}

/// A choice that the form lacks cannot be made; one that the program lacks cannot be saved.
#[test]
fn the_choices_are_those_the_program_accepts() {
    for kind in ControlKind::ALL {
        let defaults = Controls::default().document(kind).expect("plain data");
        let set = |path: &str, value: Value| {
            let mut document = defaults.clone();
            put(&mut document, path, value);
            Controls::default().set_document(kind, document)
        };
        for field in kind.fields() {
            let offered: Vec<&str> = choices_of(field).iter().map(|choice| choice.value).collect();
            let (values, unknown): (Vec<Value>, Value) = match field.value {
                FieldType::Variant { variants } => {
                    let initials: Vec<Value> = variants.iter().map(|variant| (variant.initial)()).collect();
                    let kinds: Vec<_> = initials.iter().map(|initial| initial["kind"].as_str()).collect();
                    assert_eq!(kinds, offered.iter().copied().map(Some).collect::<Vec<_>>());
                    (initials, json!({ "kind": "unheard of" }))
                }
                _ => (offered.iter().copied().map(Value::from).collect(), json!("unheard of")),
            };
            for value in values {
                set(field.path, value).unwrap_or_else(|error| panic!("{kind:?} {}: {error}", field.path));
            }
            if !offered.is_empty() {
                // "unknown variant `unheard of`, expected one of `low`, `moderate`, `high`"
                let refusal = set(field.path, unknown).expect_err("unknown").to_string();
                let accepted: BTreeSet<&str> = refusal.split('`').skip(3).step_by(2).collect();
                assert_eq!(accepted, offered.into_iter().collect(), "{kind:?} {}: {refusal}", field.path);
            }
        }
    }
}

#[test]
fn a_condition_names_a_field_and_values_that_exist() {
    for kind in ControlKind::ALL {
        for field in kind.fields() {
            let Some(Condition { path, values }) = field.only_if else { continue };
            let decides = |other: &&FieldDescriptor| {
                other.path == path || path.strip_suffix(".kind").is_some_and(|parent| parent == other.path)
            };
            let decider = kind.fields().iter().find(decides).expect("a field decides");
            let known: Vec<&str> = choices_of(decider).iter().map(|choice| choice.value).collect();
            assert!(values.iter().all(|value| known.contains(value)), "{kind:?} {}", field.path);
        }
    }
}

#[test]
fn a_value_out_of_range_is_refused_at_its_place() {
    let mut controls = Controls::default();
    controls.channels.critical_source_area_ha = f64::NAN;
    controls.soils.initial_saturation = Some(1.5);
    controls.climate.years = 0;
    let mut factors = [1.0; 12];
    factors[4] = 20.0;
    controls.climate.scaling = PrecipitationScaling::Monthly { factors };
    let faults = controls.validate();
    let told: Vec<_> = faults.iter().map(|fault| (fault.path.as_str(), fault.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("channels.critical_source_area_ha", "give a value from 0.1 to 10000 ha"),
            ("soils.initial_saturation", "give a value from 0 to 1"),
            ("climate.years", "give a value from 1 to 1000 years"),
            ("climate.scaling.factors.4", "give a value from 0.1 to 10"),
        ]
    );
    let mut controls = Controls::default();
    controls.soils.clip_depth_mm = Some(f64::INFINITY);
    assert_eq!(controls.validate()[0].path, "soils");
}

/// The keys of finished work are made of these documents: another one would repeat it.
#[test]
fn todays_documents_are_keys_as_they_are() {
    let controls = Controls::default();
    for kind in ControlKind::ALL {
        let document = controls.document(kind).expect("plain data");
        assert_eq!(controls.key_document(kind).expect("plain data"), Some(document), "{kind:?}");
    }
}

#[test]
fn descriptions_can_be_written_as_json() {
    let descriptions = describe_controls().expect("plain data");
    let json = serde_json::to_value(&descriptions).expect("plain data");
    assert_eq!(at(&json, "1.fields.0.path"), Some(&json!("critical_source_area_ha")));
    assert_eq!(at(&json, "1.fields.0.value.unit"), Some(&json!("ha")));
    assert_eq!(at(&json, "1.read_by.0"), Some(&json!("fetch_dem")));
}

fn variants_of(field: &FieldDescriptor) -> Option<(&'static str, &'static [Variant])> {
    match field.value {
        FieldType::Variant { variants } => Some((field.path, variants)),
        _ => None,
    }
}

fn choices_of(field: &FieldDescriptor) -> Vec<Choice> {
    match field.value {
        FieldType::Choice { choices } => choices.to_vec(),
        FieldType::Variant { variants } => variants.iter().map(|variant| variant.choice).collect(),
        _ => Vec::new(),
    }
}
