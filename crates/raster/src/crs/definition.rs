//! Reading and comparing definitions.

use std::collections::BTreeMap;

use super::error::CrsError;

/// Longest definition that is repeated in a message.
const SHOWN_CHARACTERS: usize = 120;

/// Beginning of a definition, for messages.
pub(super) fn beginning(text: &str) -> String {
    let mut shown: String = text.trim().chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < text.trim().len() {
        shown.push('…');
    }
    shown
}

/// A PROJ string reduced to the parameters that affect coordinates: defaults dropped, numbers compared as numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Canonical {
    text: BTreeMap<String, String>,
    number: BTreeMap<String, f64>,
}

/// Parameters that do not change coordinates.
const WITHOUT_EFFECT: [&str; 5] = ["no_defs", "type", "wktext", "vunits", "geoidgrids"];

/// Ellipsoids whose datums (WGS 84, NAD83 and its kin) coincide with WGS 84 within two metres.
const COINCIDENT_ELLIPSOIDS: [&str; 2] = ["GRS80", "WGS84"];

impl Canonical {
    pub(super) fn parse(proj_string: &str) -> Self {
        let mut canonical = Self { text: BTreeMap::new(), number: BTreeMap::new() };
        for word in proj_string.split_whitespace() {
            let word = word.trim_start_matches('+');
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            canonical.insert(name, value);
        }
        canonical.drop_defaults();
        canonical
    }

    fn insert(&mut self, name: &str, value: &str) {
        if WITHOUT_EFFECT.contains(&name) || name.is_empty() {
            return;
        }
        let name = if name == "k" { "k_0" } else { name };
        match value.parse::<f64>() {
            Ok(number) => {
                self.number.insert(name.to_owned(), number);
            }
            Err(_) => {
                self.text.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn drop_defaults(&mut self) {
        self.name_ellipsoid();
        self.number.retain(|name, value| match name.as_str() {
            "x_0" | "y_0" | "lat_0" | "lon_0" | "pm" => *value != 0.0,
            "k_0" | "to_meter" => *value != 1.0,
            _ => true,
        });
        let is_default = |name: &str, value: &str| {
            matches!((name, value), ("units", "m") | ("pm", "Greenwich" | "greenwich") | ("axis", "enu"))
        };
        self.text.retain(|name, value| !is_default(name, value));
        if let Some("latlong" | "latlon" | "lonlat") = self.text("proj") {
            self.text.insert("proj".into(), "longlat".into());
        }
        if self.text.get("proj").is_some_and(|name| name == "longlat") {
            self.text.remove("units");
        }
        let implied = match self.text.get("datum").map(String::as_str) {
            Some("WGS84") => Some("WGS84"),
            Some("NAD83") => Some("GRS80"),
            _ => None,
        };
        if implied.is_some() && self.text.get("ellps").map(String::as_str) == implied {
            self.text.remove("ellps");
        }
        let null_shift = self.text.get("towgs84").is_some_and(|shift| {
            shift.split(',').all(|part| part.trim().parse::<f64>().is_ok_and(|value| value == 0.0))
        });
        if null_shift {
            self.text.remove("towgs84");
        }
        if self.text.get("ellps").is_some_and(|name| name == "WGS84") && self.text.len() > 1 {
            self.text.remove("ellps");
            self.text.entry("datum".into()).or_insert_with(|| "WGS84".into());
        }
    }

    /// Puts the name of GRS 80 and WGS 84 in place of their axes.
    fn name_ellipsoid(&mut self) {
        let name = match (self.number("a"), self.number("rf")) {
            (Some(6_378_137.0), Some(298.257_222_101)) => "GRS80",
            (Some(6_378_137.0), Some(298.257_223_563)) => "WGS84",
            _ => return,
        };
        self.number.remove("a");
        self.number.remove("rf");
        self.text.entry("ellps".into()).or_insert_with(|| name.into());
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.text.get(name).map(String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.number.get(name).copied()
    }

    /// Refuses datums that cannot be related to WGS 84 from the definition alone.
    pub(super) fn check_datum(&self, crs: &str) -> Result<(), CrsError> {
        let refuse = |datum: String| Err(CrsError::UnsupportedDatum { crs: crs.to_owned(), datum });
        if let Some(grids) = self.text("nadgrids").filter(|grids| *grids != "@null") {
            return refuse(format!("the shift grids '{grids}'"));
        }
        if let Some(datum) = self.text("datum").filter(|datum| datum.eq_ignore_ascii_case("NAD27")) {
            return refuse(format!("the datum {datum}"));
        }
        if self.text("datum").is_some() || self.text("towgs84").is_some() {
            return Ok(());
        }
        match self.text("ellps") {
            Some(name) if !COINCIDENT_ELLIPSOIDS.contains(&name) => {
                refuse(format!("the ellipsoid {name} without a datum"))
            }
            _ => self.check_axes(crs),
        }
    }

    /// Explicit axes without a datum are accepted for spheres and for the GRS 80 and WGS 84 semi-major axis.
    fn check_axes(&self, crs: &str) -> Result<(), CrsError> {
        let Some(semi_major) = self.number("a") else { return Ok(()) };
        let sphere = self.number("b") == Some(semi_major);
        if sphere || semi_major == 6_378_137.0 {
            return Ok(());
        }
        Err(CrsError::UnsupportedDatum {
            crs: crs.to_owned(),
            datum: format!("an ellipsoid of semi-major axis {semi_major} m without a datum"),
        })
    }

    /// EPSG code of the common families.
    pub(super) fn known_epsg(&self) -> Option<u32> {
        let zone = self.number("zone").filter(|zone| zone.fract() == 0.0 && (1.0..=60.0).contains(zone));
        let candidate = match (self.text("proj")?, self.text("datum"), zone) {
            ("longlat", Some("WGS84"), None) => 4326,
            ("longlat", Some("NAD83"), None) => 4269,
            ("utm", Some("WGS84"), Some(zone)) if self.text.contains_key("south") => 32700 + zone as u32,
            ("utm", Some("WGS84"), Some(zone)) => 32600 + zone as u32,
            ("utm", Some("NAD83"), Some(zone)) => 26900 + zone as u32,
            ("aea", Some("NAD83"), None) => 5070,
            ("merc", _, None) => 3857,
            _ => return None,
        };
        let known = u16::try_from(candidate).ok().and_then(crs_definitions::from_code)?;
        (Self::parse(known.proj4) == *self).then_some(candidate)
    }
}

/// Longest well-known text and deepest nesting that is parsed; real definitions stay far below both.
const WKT_BYTES: usize = 1 << 16;
const WKT_DEPTH: usize = 24;

/// Refuses text whose size or nesting would overwhelm the parser, which is recursive.
pub(super) fn check_nesting(text: &str) -> Result<(), CrsError> {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'(' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest <= WKT_DEPTH && text.len() <= WKT_BYTES {
        return Ok(());
    }
    Err(CrsError::Unusable {
        text: beginning(text),
        reason: format!("well-known text is limited to {WKT_BYTES} bytes and {WKT_DEPTH} levels"),
    })
}

/// Position of the bracket that closes the one at `open`, quotes respected.
fn closing_bracket(text: &str, open: usize) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'"' => quoted = !quoted,
            b'[' | b'(' if !quoted => depth += 1,
            b']' | b')' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The horizontal system of a compound definition; the text itself otherwise.
pub(super) fn horizontal_part(text: &str) -> &str {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    if !(upper.starts_with("COMPD_CS") || upper.starts_with("COMPOUNDCRS")) {
        return text;
    }
    let start = ["PROJCS[", "PROJCRS[", "PROJECTEDCRS[", "GEOGCS[", "GEOGCRS[", "GEODCRS["]
        .iter()
        .filter_map(|keyword| upper.find(keyword).map(|at| (at, at + keyword.len() - 1)))
        .min();
    match start.and_then(|(start, open)| Some(start..closing_bracket(text, open)? + 1)) {
        Some(range) => text.get(range).unwrap_or(text),
        None => text,
    }
}

/// EPSG code in the `AUTHORITY` or `ID` that is a direct child of the outermost node.
pub(super) fn outermost_epsg(text: &str) -> Option<u32> {
    let (mut depth, mut quoted, mut child) = (0_usize, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'(' => {
                depth += 1;
                let keyword = text.get(child..at).unwrap_or("").trim_matches([',', ' ', '\n', '\r', '\t']);
                if depth == 2
                    && (keyword.eq_ignore_ascii_case("AUTHORITY") || keyword.eq_ignore_ascii_case("ID"))
                {
                    let end = closing_bracket(text, at)?;
                    let (authority, code) = text.get(at + 1..end)?.split_once(',')?;
                    let clean = |part: &str| part.trim().trim_matches('"').trim().to_owned();
                    if clean(authority).eq_ignore_ascii_case("EPSG") {
                        return clean(code).parse().ok();
                    }
                }
                child = at + 1;
            }
            b']' | b')' => {
                depth = depth.saturating_sub(1);
                child = at + 1;
            }
            b',' => child = at + 1,
            _ => {}
        }
    }
    None
}

/// Name of the datum node in WKT.
fn datum_name(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let at = upper.find("DATUM[").map(|at| at + 6).or_else(|| upper.find("ENSEMBLE[").map(|at| at + 9))?;
    let name = text.get(at..)?.trim_start().strip_prefix('"')?.split('"').next()?;
    Some(name.to_ascii_uppercase().replace([' ', '-', '_'], ""))
}

/// Refuses WKT whose datum is named NAD27: its parameters alone would be read as a harmless ellipsoid.
pub(super) fn refuse_datum_names(text: &str) -> Result<(), CrsError> {
    match datum_name(text) {
        Some(name) if name.contains("NORTHAMERICAN1927") || name.contains("NORTHAMERICANDATUM1927") => {
            Err(CrsError::UnsupportedDatum { crs: beginning(text), datum: "the datum NAD27".into() })
        }
        _ => Ok(()),
    }
}

/// Puts the datum's short name in place of the bare ellipsoid that WKT without shift parameters gives.
pub(super) fn with_known_datum(proj_string: &str, wkt: &str) -> String {
    let known = match datum_name(wkt).as_deref() {
        Some("NORTHAMERICANDATUM1983" | "DNORTHAMERICAN1983" | "NORTHAMERICAN1983" | "NAD83") => "NAD83",
        Some("WGS1984" | "DWGS1984" | "WORLDGEODETICSYSTEM1984" | "WORLDGEODETICSYSTEM1984ENSEMBLE") => {
            "WGS84"
        }
        _ => return proj_string.to_owned(),
    };
    let replaced = ["+datum=", "+ellps=", "+a=", "+b=", "+rf=", "+towgs84="];
    let spherical = proj_string.split_whitespace().any(|word| word.starts_with("+R"));
    if spherical || proj_string.contains("+nadgrids=@null") {
        return proj_string.to_owned();
    }
    let kept =
        proj_string.split_whitespace().filter(|word| !replaced.iter().any(|name| word.starts_with(name)));
    let mut words: Vec<&str> = kept.collect();
    let datum = format!("+datum={known}");
    words.push(&datum);
    words.join(" ")
}
