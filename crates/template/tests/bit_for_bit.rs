//! Browser and server must agree bit for bit: the same generated templates and features give the same digest of
//! all reports in native code and in WebAssembly.

use headwaters_domain::intake::TemplateFeature;
use headwaters_hash::Hasher;
use headwaters_template::report;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Digest of all reports. It changes only when the language or the generator below changes.
const DIGEST: &str = "d596ea2147d38eed4cf63f850319fa2b0e115952baa85b2e6c7912010ab2fd1c";

/// Knuth's MMIX generator: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

fn expression(random: &mut Random, depth: u32) -> String {
    const LEAVES: [&str; 12] = [
        "Name",
        "properties.area",
        "properties['n']",
        "index",
        "one_based_index",
        "'Ünï x'",
        "0.1",
        "7",
        "missing",
        "feature.id",
        "flag",
        "properties",
    ];
    if depth == 0 || random.below(4) == 0 {
        return random.pick(&LEAVES).to_owned();
    }
    let (a, b) = (expression(random, depth - 1), expression(random, depth - 1));
    match random.below(12) {
        0 => format!("({a} + {b})"),
        1 => format!("({a} * {b})"),
        2 => format!("({a} / {b})"),
        3 => format!("({a} % {b})"),
        4 => format!("({a} ** 3)"),
        5 => format!("slug({a})"),
        6 => format!("title({a})"),
        7 => format!("zfill({a}, 9)"),
        8 => format!("({a} if {b} else {a})"),
        9 => format!("({a} or {b})"),
        10 => format!("upper({a})[1:{}]", random.below(9)),
        _ => format!("f\"{{{a}}}-{{{b}}}\""),
    }
}

fn features(random: &mut Random) -> Vec<TemplateFeature> {
    let names = ["Big Creek", "big creek", "Río", "", "x/../y", "con", "A.B_c-1", "ẞ"];
    (0..12)
        .map(|index| {
            let properties = serde_json::json!({
                "Name": random.pick(&names), "area": random.below(100_000) as f64 / 7.0,
                "n": random.below(1000) as i64 - 500, "flag": random.below(2) == 0, "null": null,
            });
            let serde_json::Value::Object(properties) = properties else { unreachable!("an object literal") };
            TemplateFeature { index, id: (index % 3 == 0).then(|| index.into()), properties }
        })
        .collect()
}

#[test]
fn reports_are_identical_on_every_platform() {
    let mut random = Random(2026);
    let mut digest = Hasher::default();
    let mut usable = 0;
    for _ in 0..1500 {
        let features = features(&mut random);
        let spec = random.pick(&["", ":>12", ":.3f", ":08.2f", ":g", ":.4", ":,"]);
        let template = format!("w{{{}{spec}}}-{{index}}", expression(&mut random, 3));
        let (report, rows) = report(&template, &features, "0123");
        usable += report.summary.valid_run_ids;
        digest.update(serde_json::to_vec(&(report, rows)).expect("plain data"));
    }
    assert!(usable > 3000, "the generator makes too few usable run ids: {usable}");
    assert_eq!(digest.finish(), DIGEST);
}
