//! Valid polygons from rings, with a repair where it does not change the watershed.

use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon, unary_union};

use crate::area::{area_m2, ring_area_m2};
use crate::contacts::{self, Contact, ContactKind};
use crate::fault::Fault;
use crate::rings::Rings;

/// Largest relative change of area by a repair that still counts as the same watershed.
const MAX_AREA_CHANGE: f64 = 0.01;
/// Parts smaller than this are slivers of digitising, m².
const SLIVER_M2: f64 = 1.0;

/// A valid geometry.
pub struct Repair {
    pub geometry: MultiPolygon<f64>,
    /// Change made by the repair, if any.
    pub change: Option<Change>,
}

/// A repair.
pub struct Change {
    pub code: &'static str,
    pub message: String,
    pub at: Option<[f64; 2]>,
    /// Before and after.
    pub area_m2: [f64; 2],
}

/// Makes valid polygons of rings in lon/lat.
///
/// # Errors
/// A fault that cannot be repaired without changing the watershed.
pub fn repair(rings: &Rings) -> Result<Repair, Fault> {
    let (polygons, dropped) = polygons(rings);
    let before_m2: f64 = polygons.iter().map(nominal_area_m2).sum();
    let contact = contacts::worst(&polygons).map_err(|_| {
        Fault::new("too_complex", "too many edges lie on top of each other; simplify the polygon")
    })?;
    if polygons.is_empty() || (before_m2 < SLIVER_M2 && contact.is_none()) {
        return Err(no_area(rings));
    }
    let nested = polygons.len() > 1 || polygons.iter().any(|polygon| !polygon.interiors().is_empty());
    if contact.is_none() && !nested {
        return Ok(finish(MultiPolygon(polygons), dropped, before_m2));
    }
    if let Some(fault) = misplaced_hole(&polygons, contact.as_ref()) {
        return Err(fault);
    }
    let normalised: Vec<MultiPolygon<f64>> =
        polygons.iter().map(|polygon| polygon.union(&MultiPolygon::<f64>(Vec::new()))).collect();
    let whole = if normalised.len() == 1 { normalised[0].clone() } else { unary_union(&normalised) };
    let (kept, slivers): (Vec<_>, Vec<_>) =
        whole.0.into_iter().partition(|polygon| nominal_area_m2(polygon) >= SLIVER_M2);
    let geometry = MultiPolygon(kept);
    let after_m2 = area_m2(&geometry);
    if before_m2.max(after_m2) < SLIVER_M2 {
        return Err(no_area(rings));
    }
    let change = (after_m2 - before_m2).abs() / before_m2.max(SLIVER_M2);
    if geometry.0.is_empty() || change > MAX_AREA_CHANGE {
        return Err(unsafe_to_repair(contact, before_m2, after_m2));
    }
    let untouched = contact.is_none() && slivers.is_empty() && change < 1e-6;
    if untouched {
        return Ok(finish(MultiPolygon(polygons), dropped, before_m2));
    }
    Ok(Repair { change: Some(describe(contact, [before_m2, after_m2])), geometry })
}

/// Polygons without repeated positions and without rings that have no area; and how many rings were dropped.
fn polygons(rings: &Rings) -> (Vec<Polygon<f64>>, usize) {
    let mut dropped = 0;
    let mut ring = |points: &Vec<[f64; 2]>| {
        let mut points: Vec<Coord<f64>> = points.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect();
        points.dedup();
        let usable = points.len() >= 4;
        dropped += usize::from(!usable);
        usable.then_some(LineString(points))
    };
    let mut kept = Vec::new();
    for polygon in rings {
        let Some((exterior, interiors)) = polygon.split_first() else { continue };
        if let Some(exterior) = ring(exterior) {
            kept.push(Polygon::new(exterior, interiors.iter().filter_map(&mut ring).collect()));
        }
    }
    (kept, dropped)
}

/// Area by the rings as they are; overlaps count twice, lobes of a bow-tie cancel.
fn nominal_area_m2(polygon: &Polygon<f64>) -> f64 {
    ring_area_m2(polygon.exterior()) - polygon.interiors().iter().map(ring_area_m2).sum::<f64>()
}

fn finish(geometry: MultiPolygon<f64>, dropped: usize, area_m2: f64) -> Repair {
    let change = (dropped > 0).then(|| Change {
        code: "slivers_removed",
        message: format!("{dropped} ring(s) without area were removed"),
        at: None,
        area_m2: [area_m2, area_m2],
    });
    Repair { geometry, change }
}

fn misplaced_hole(polygons: &[Polygon<f64>], contact: Option<&Contact>) -> Option<Fault> {
    if contact.is_some_and(|contact| contact.kind == ContactKind::Crossing) {
        return None;
    }
    let outside = polygons.iter().find_map(|polygon| {
        polygon.interiors().iter().find(|hole| !contacts::hole_is_inside(polygon, hole))
    })?;
    let fault = Fault::new("hole_outside", "a hole lies outside the polygon it belongs to");
    Some(match outside.0.first() {
        Some(point) => fault.at([point.x, point.y]),
        None => fault,
    })
}

fn no_area(rings: &Rings) -> Fault {
    let fault = Fault::new("zero_area", "the polygon has no area");
    match rings.iter().flatten().flatten().next() {
        Some(at) => fault.at(*at),
        None => fault,
    }
}

fn place(at: [f64; 2]) -> String {
    format!("near {:.5}, {:.5}", at[0], at[1])
}

fn unsafe_to_repair(contact: Option<Contact>, before_m2: f64, after_m2: f64) -> Fault {
    let areas =
        format!("a repair would change its area from {:.3} to {:.3} km²", before_m2 / 1e6, after_m2 / 1e6);
    match contact {
        Some(Contact { kind: ContactKind::Crossing, at }) => {
            Fault::new("self_crossing", format!("the outline crosses itself {}; {areas}", place(at))).at(at)
        }
        Some(Contact { at, .. }) => {
            Fault::new("overlapping_edges", format!("edges lie on top of each other {}; {areas}", place(at)))
                .at(at)
        }
        None => Fault::new("overlapping_parts", format!("its parts overlap; {areas}")),
    }
}

fn describe(contact: Option<Contact>, area_m2: [f64; 2]) -> Change {
    let (code, message, at) = match contact {
        Some(Contact { kind: ContactKind::Crossing, at }) => {
            ("sliver_crossing", format!("the outline crossed itself in a sliver {}", place(at)), Some(at))
        }
        Some(Contact { kind: ContactKind::Overlap, at }) => {
            ("overlapping_edges", format!("edges ran on top of each other {}", place(at)), Some(at))
        }
        Some(Contact { kind: ContactKind::Touch, at }) => {
            ("self_touching", format!("the outline touched itself {}", place(at)), Some(at))
        }
        None => ("parts_merged", "overlapping parts were merged".to_owned(), None),
    };
    Change { code, message, at, area_m2 }
}
