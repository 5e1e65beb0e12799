//! The original evaluates templates with Python: CPython is the oracle. Skipped where there is no `python3`.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write;
use std::process::{Command, Stdio};

use headwaters_domain::intake::TemplateFeature;
use headwaters_template::Template;

const PYTHON: &str = r#"
import json, re, sys

def text(value):
    return "" if value is None else str(value)

def slug(value, *, separator="-"):
    return re.sub(r"[^A-Za-z0-9]+", separator.replace("\\", r"\\"), text(value)).strip(separator)

names = {
    "slug": slug,
    "lower": lambda value: text(value).lower(),
    "upper": lambda value: text(value).upper(),
    "title": lambda value: text(value).title(),
    "zfill": lambda value, width: text(value).zfill(width),
    "replace": lambda value, old, new: text(value).replace(text(old), text(new)),
}
work = json.load(sys.stdin)
feature = work["feature"]
context = dict(names, feature=feature, properties=feature["properties"], index=7, one_based_index=8)
answers = []
for template in work["templates"]:
    try:
        answers.append(eval("f'''" + template + "'''", {"__builtins__": {}}, context).strip())
    except Exception as fault:
        answers.append(None)
json.dump(answers, sys.stdout)
"#;

fn feature() -> TemplateFeature {
    let properties = serde_json::json!({
        "Name": "Upper Big Creek", "HUC10_ID": "1705012301", "area": 12.375, "n": 42, "neg": -7, "half": 0.5,
        "big": 1e21, "tiny": 0.000012, "flag": true, "empty": "", "list": [3, 1, 2], "deep": {"a": {"b": "c"}},
        "accent": "Río Größe", "zero": 0, "mixed case": "x Y z"
    });
    let serde_json::Value::Object(properties) = properties else { unreachable!("an object literal") };
    TemplateFeature { index: 7, id: Some("f-7".into()), properties }
}

/// Hand-written templates for every corner of the grammar.
const TEMPLATES: [&str; 84] = [
    "ws-{index:03d}",
    "{one_based_index}",
    "{{literal}}-{index}",
    "{properties['Name']}",
    "{slug(properties['Name'])}",
    "{slug(properties['Name'], separator='_')}",
    "{lower(properties['Name'])}-{upper('x')}",
    "{title('the  o\"neill creek2b')}",
    "{zfill(properties['n'], 6)}{zfill('-5', 4)}{zfill('abc', 2)}",
    "{replace(properties['HUC10_ID'], '17', 'x')}",
    "{properties['HUC10_ID'][-4:]}",
    "{properties['HUC10_ID'][:2]}.{properties['HUC10_ID'][2:6]}",
    "{properties['HUC10_ID'][::2]}",
    "{properties['HUC10_ID'][::-1]}",
    "{properties['HUC10_ID'][100:]}z",
    "{properties['HUC10_ID'][-1]}",
    "{properties['HUC10_ID'][99]}",
    "{properties['list'][1]}{properties['list'][-1]}",
    "{properties['list'][0:2]}",
    "{properties['list']}",
    "{properties['deep']['a']['b']}",
    "{properties['deep']}",
    "{feature['id']}",
    "{feature['properties']['n']}",
    "{properties['area']:.1f}",
    "{properties['area']:08.2f}",
    "{properties['area']}",
    "{properties['big']}{properties['tiny']}",
    "{properties['area']:.3}",
    "{properties['area']:e}",
    "{properties['area']:.2%}",
    "{properties['n']:x}{properties['n']:#o}{properties['n']:b}",
    "{properties['n']:+d}{properties['neg']: d}",
    "{properties['n']:>6}|{properties['n']:<6}|{properties['n']:^6}|{properties['n']:=+6}",
    "{properties['Name']:>20}|{properties['Name']:.5}|{properties['Name']:*^19}",
    "{properties['n'] * 1000000:,}{properties['n'] * 1000000:_}",
    "{properties['flag']}",
    "{properties['flag'] + 1}",
    "{properties['n'] / 5}",
    "{properties['n'] // 5}{properties['neg'] // 5}{properties['neg'] % 5}{properties['n'] % -5}",
    "{properties['neg'] // 2.0}{properties['neg'] % 2.5}",
    "{2 ** 10}{2 ** -2}{(-2) ** 3}{-2 ** 2}",
    "{7.0 // 2}{1e16}{1e15}{123456789.123}",
    "{1 / 0}",
    "{'a' if properties['n'] > 40 else 'b'}",
    "{'a' if properties['empty'] else 'b'}",
    "{properties['empty'] or 'none'}",
    "{properties['zero'] and 1}",
    "{not properties['zero']}",
    "{1 < properties['n'] <= 42}",
    "{1 < properties['n'] < 42}",
    "{'Big' in properties['Name']}",
    "{'big' not in properties['Name']}",
    "{3 in properties['list']}{9 in (1, 2)}{1 in {1, 2}}",
    "{'n' in properties}{'zz' in properties}",
    "{ {'a': 1, 'b': 2}['b'] }",
    "{[1, 2] + [3]}",
    "{(1, 2) + (3,)}",
    "{(1,)}{()}{[]}",
    "{'ab' * 3}{3 * 'x'}{'x' * -1}y",
    "{'a' 'b'}",
    "{'a' + 'b' + 'c'}",
    "{'a' + 1}",
    "{-properties['n']}{+properties['area']}{--3}",
    "{0x1f}{0b11}{0o17}{1_000}{.5}{5.}",
    "{f\"{properties['n']:04d}x\"}",
    "{f\"a{f'{1 + 1}'}b\"}",
    "{properties['Name']!r}",
    "{'%03d-%s' % (7, 'x')}",
    "{'%5.2f|%-6d|%+d|%x' % (3.14159, 42, 5, 255)}",
    "{'%s' % properties['n']}",
    "{'100%%' % ()}",
    "{properties['missing']}",
    "{undefined_name}",
    "{'a' < 'b'}{'a' < 1}",
    "{[1, 2] < [1, 3]}{(1,) == [1]}",
    "{1 == 1.0}{True == 1}{'1' == 1}",
    "{None}x",
    "{upper(properties['accent'])}{lower('ÀÉ')}",
    "{slug(properties['accent'])}",
    "{title(properties['mixed case'])}",
    "{properties['half']:.0f}{2.5:.0f}{1.5:.0f}{properties['half']:g}{1e10:g}{123456.0:g}",
    "{1234.5:015,.2f}{-1234.5:015,.2f}",
    "{properties['n']:c}{properties['half']:%}{properties['n']:e}",
];

/// Known, wanted differences: the original would write `None`, `!r` is for f-strings only.
fn differs_on_purpose(template: &str) -> bool {
    ["{None}x", "{properties['Name']!r}"].contains(&template)
}

/// Random arithmetic, comparisons and formatting.
fn generated(count: usize) -> Vec<String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    fn expression(next: &mut impl FnMut(u64) -> u64, depth: u32) -> String {
        let leaves = [
            "properties['n']",
            "properties['area']",
            "properties['neg']",
            "properties['half']",
            "3",
            "-2",
            "0.25",
            "index",
        ];
        if depth == 0 || next(4) == 0 {
            return leaves[next(leaves.len() as u64) as usize].to_owned();
        }
        let (left, right) = (expression(next, depth - 1), expression(next, depth - 1));
        match next(9) {
            0 => format!("({left} + {right})"),
            1 => format!("({left} - {right})"),
            2 => format!("({left} * {right})"),
            3 => format!("({left} / {right})"),
            4 => format!("({left} // {right})"),
            5 => format!("({left} % {right})"),
            6 => format!("({left} if {left} < {right} else {right})"),
            7 => format!("({left} and {right})"),
            _ => format!("(-{left} or {right})"),
        }
    }
    let specs = ["", ":.3f", ":10.2f", ":e", ":g", ":+.1f", ":<12", ":012.4f", ":,.2f", ":.4"];
    (0..count)
        .map(|_| {
            let spec = specs[next(specs.len() as u64) as usize];
            format!("{{{}{spec}}}", expression(&mut next, 3))
        })
        .collect()
}

#[test]
fn templates_mean_what_they_mean_in_the_original() {
    let mut templates: Vec<String> = TEMPLATES.iter().map(|text| (*text).to_owned()).collect();
    templates.extend(generated(3000));
    let feature = feature();
    let work = serde_json::json!({
        "templates": templates,
        "feature": { "type": "Feature", "id": feature.id, "properties": feature.properties },
    });
    let spawned =
        Command::new("python3").args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut python) = spawned else {
        println!("skipped: there is no python3 to compare with");
        return;
    };
    python
        .stdin
        .take()
        .expect("piped")
        .write_all(work.to_string().as_bytes())
        .expect("python reads all its input");
    let output = python.wait_with_output().expect("python ends");
    let answers: Vec<Option<String>> =
        serde_json::from_slice(&output.stdout).expect("python answers in JSON");
    assert_eq!(answers.len(), templates.len());
    let mut compared = 0;
    for (template, wanted) in
        templates.iter().zip(answers).filter(|(template, _)| !differs_on_purpose(template))
    {
        let wanted = wanted.filter(|text| !text.is_empty());
        let got = Template::parse(template).and_then(|parsed| parsed.evaluate(&feature)).ok();
        // Python's unbounded integers turn into errors here; nothing else may.
        assert_eq!(got, wanted, "{template}");
        compared += usize::from(got.is_some());
    }
    assert!(compared > 2000, "only {compared} templates gave a text");
}
