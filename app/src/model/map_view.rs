//! Projection, extent, paths, graticule and hit test of the watershed map.

use std::fmt::Write;

/// Lon/lat in degrees.
pub type LonLat = [f64; 2];
/// Position in the unit square of the Web Mercator projection, y southwards.
pub type World = [f64; 2];

/// Circumference of the sphere of Web Mercator, m.
const CIRCUMFERENCE_M: f64 = 40_075_016.685_578_5;
/// Latitude at which Web Mercator ends.
const MAX_LATITUDE: f64 = 85.051_128;

/// Web Mercator.
pub fn project([lon, lat]: LonLat) -> World {
    let lat = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
    let northing = (std::f64::consts::FRAC_PI_4 + lat / 2.0).tan().ln();
    [lon / 360.0 + 0.5, 0.5 - northing / std::f64::consts::TAU]
}

/// Inverse of [`project`].
pub fn unproject([x, y]: World) -> LonLat {
    let northing = (0.5 - y) * std::f64::consts::TAU;
    [(x - 0.5) * 360.0, (2.0 * northing.exp().atan() - std::f64::consts::FRAC_PI_2).to_degrees()]
}

/// A box in world coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Smallest x and y.
    pub min: World,
    /// Largest x and y.
    pub max: World,
}

impl Extent {
    /// The box around points; `None` without any finite point.
    pub fn around(points: impl IntoIterator<Item = World>) -> Option<Self> {
        points.into_iter().filter(|[x, y]| x.is_finite() && y.is_finite()).fold(None, |extent, point| {
            let Extent { min, max } = extent.unwrap_or(Extent { min: point, max: point });
            Some(Extent {
                min: [min[0].min(point[0]), min[1].min(point[1])],
                max: [max[0].max(point[0]), max[1].max(point[1])],
            })
        })
    }

    /// The box around two boxes.
    pub fn union(self, other: Self) -> Self {
        Self {
            min: [self.min[0].min(other.min[0]), self.min[1].min(other.min[1])],
            max: [self.max[0].max(other.max[0]), self.max[1].max(other.max[1])],
        }
    }

    /// True when the point lies in the box.
    pub fn contains(self, [x, y]: World) -> bool {
        (self.min[0]..=self.max[0]).contains(&x) && (self.min[1]..=self.max[1]).contains(&y)
    }
}

/// A similarity from world to screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Pixels per world unit.
    pub scale: f64,
    /// Screen position of the world's origin, px.
    pub origin_px: [f64; 2],
}

impl View {
    /// The view that shows `extent` in `width_px` × `height_px` with a margin.
    pub fn fit(extent: Extent, width_px: f64, height_px: f64, margin_px: f64) -> Self {
        const SMALLEST_EXTENT: f64 = 1e-7;
        let wide = (extent.max[0] - extent.min[0]).max(SMALLEST_EXTENT);
        let high = (extent.max[1] - extent.min[1]).max(SMALLEST_EXTENT);
        let room = |px: f64| (px - 2.0 * margin_px).max(1.0);
        let scale = (room(width_px) / wide).min(room(height_px) / high);
        let center = [(extent.min[0] + extent.max[0]) / 2.0, (extent.min[1] + extent.max[1]) / 2.0];
        Self { scale, origin_px: [width_px / 2.0 - center[0] * scale, height_px / 2.0 - center[1] * scale] }
    }

    /// World to screen.
    pub fn to_screen(self, [x, y]: World) -> [f64; 2] {
        [x * self.scale + self.origin_px[0], y * self.scale + self.origin_px[1]]
    }

    /// Screen to world.
    pub fn to_world(self, [x, y]: [f64; 2]) -> World {
        [(x - self.origin_px[0]) / self.scale, (y - self.origin_px[1]) / self.scale]
    }

    /// Enlarged by `factor` around a point of the screen.
    pub fn zoomed(self, factor: f64, [x, y]: [f64; 2]) -> Self {
        let origin_px = [x - (x - self.origin_px[0]) * factor, y - (y - self.origin_px[1]) * factor];
        Self { scale: self.scale * factor, origin_px }
    }

    /// Moved by pixels.
    pub fn panned(self, [dx, dy]: [f64; 2]) -> Self {
        Self { origin_px: [self.origin_px[0] + dx, self.origin_px[1] + dy], ..self }
    }

    /// Metres on the ground per pixel at a latitude.
    pub fn ground_m_per_px(self, latitude: f64) -> f64 {
        CIRCUMFERENCE_M * latitude.to_radians().cos() / self.scale
    }

    /// Factor and shift that carry screen coordinates of `base` into this view.
    pub fn relative_to(self, base: View) -> (f64, [f64; 2]) {
        let factor = self.scale / base.scale;
        let shift =
            [self.origin_px[0] - base.origin_px[0] * factor, self.origin_px[1] - base.origin_px[1] * factor];
        (factor, shift)
    }
}

/// A polygon prepared for drawing.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Projected rings.
    pub rings: Vec<Vec<World>>,
    /// Box around them.
    pub extent: Extent,
}

impl Shape {
    /// Projects rings; `None` when nothing can be drawn.
    pub fn new(rings: &[Vec<LonLat>]) -> Option<Self> {
        let rings: Vec<Vec<World>> =
            rings.iter().map(|ring| ring.iter().copied().map(project).collect()).collect();
        let extent = Extent::around(rings.iter().flatten().copied())?;
        Some(Self { rings, extent })
    }

    /// SVG path data in the screen coordinates of `view`, to a hundredth of a pixel.
    pub fn path_data(&self, view: View) -> String {
        let mut data = String::new();
        for ring in &self.rings {
            let mut last = (i64::MIN, i64::MIN);
            for (position, point) in ring.iter().enumerate() {
                let [x, y] = view.to_screen(*point);
                let cell = ((x * 100.0) as i64, (y * 100.0) as i64);
                if cell == last {
                    continue;
                }
                last = cell;
                let command = if position == 0 { 'M' } else { 'L' };
                // Writing to a String cannot fail.
                let _ = write!(data, "{command}{} {}", cell.0 as f64 / 100.0, cell.1 as f64 / 100.0);
            }
            if !ring.is_empty() {
                data.push('Z');
            }
        }
        data
    }

    /// True when a point lies inside, by the even-odd rule.
    pub fn contains(&self, [x, y]: World) -> bool {
        if !self.extent.contains([x, y]) {
            return false;
        }
        let crossings = self.rings.iter().map(|ring| {
            let edges = ring.iter().zip(ring.iter().cycle().skip(1));
            edges
                .filter(|([ax, ay], [bx, by])| {
                    (ay > &y) != (by > &y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
                })
                .count()
        });
        crossings.sum::<usize>() % 2 == 1
    }
}

/// Position of the smallest shape that contains the point.
pub fn hit(shapes: &[Option<Shape>], point: World) -> Option<usize> {
    let size = |shape: &Shape| {
        (shape.extent.max[0] - shape.extent.min[0]) * (shape.extent.max[1] - shape.extent.min[1])
    };
    shapes
        .iter()
        .enumerate()
        .filter_map(|(position, shape)| shape.as_ref().map(|shape| (position, shape)))
        .filter(|(_, shape)| shape.contains(point))
        .min_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))
        .map(|(position, _)| position)
}

/// Length of a scale bar.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleBar {
    /// Length on the screen, px.
    pub length_px: f64,
    /// `5 km`.
    pub label: String,
}

/// The longest bar of 1, 2 or 5 times a power of ten that fits in `most_px`.
pub fn scale_bar(ground_m_per_px: f64, most_px: f64) -> Option<ScaleBar> {
    let most_m = ground_m_per_px * most_px;
    if !most_m.is_finite() || most_m <= 0.0 {
        return None;
    }
    let length_m = round_down(most_m);
    let label =
        if length_m >= 1000.0 { format!("{} km", length_m / 1000.0) } else { format!("{length_m} m") };
    Some(ScaleBar { length_px: length_m / ground_m_per_px, label })
}

/// Largest 1, 2 or 5 times a power of ten not above `value`.
fn round_down(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|step| step * power).find(|step| *step <= value).unwrap_or(power)
}

/// Meridians and parallels of a view: screen position and label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graticule {
    /// Screen x of meridians.
    pub meridians: Vec<(f64, String)>,
    /// Screen y of parallels.
    pub parallels: Vec<(f64, String)>,
}

/// Lines every 1, 2 or 5 times a power of ten degrees, about four across.
pub fn graticule(view: View, width_px: f64, height_px: f64) -> Graticule {
    let [west, north] = unproject(view.to_world([0.0, 0.0]));
    let [east, south] = unproject(view.to_world([width_px, height_px]));
    let widest = (east - west).max(north - south);
    if !widest.is_finite() || widest <= 0.0 || widest > 400.0 {
        return Graticule::default();
    }
    let step = round_down(widest / 2.5);
    let decimals = (-step.log10()).ceil().max(0.0) as usize;
    let lines = |from: f64, to: f64| {
        let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
        (first..=last).map(|number| number as f64 * step).collect::<Vec<f64>>()
    };
    let label = |value: f64, positive: char, negative: char| {
        let letter = if value < 0.0 { negative } else { positive };
        format!("{:.decimals$}° {letter}", value.abs())
    };
    Graticule {
        meridians: lines(west, east)
            .into_iter()
            .map(|lon| (view.to_screen(project([lon, 0.0]))[0], label(lon, 'E', 'W')))
            .collect(),
        parallels: lines(south, north)
            .into_iter()
            .map(|lat| (view.to_screen(project([0.0, lat]))[1], label(lat, 'N', 'S')))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SQUARE_WITH_HOLE: [&[LonLat]; 2] = [
        &[[-120.0, 40.0], [-119.0, 40.0], [-119.0, 41.0], [-120.0, 41.0], [-120.0, 40.0]],
        &[[-119.6, 40.4], [-119.4, 40.4], [-119.4, 40.6], [-119.6, 40.6], [-119.6, 40.4]],
    ];

    fn square() -> Shape {
        Shape::new(&SQUARE_WITH_HOLE.map(<[_]>::to_vec)).expect("finite")
    }

    proptest! {
        #[test]
        fn a_click_lands_where_the_map_says(lon in -179.0f64..179.0, lat in -80.0f64..80.0, zoom in 1.0f64..50.0) {
            let extent = Extent::around([project([lon - 0.1, lat - 0.1]), project([lon + 0.1, lat + 0.1])]).expect("two");
            let view = View::fit(extent, 800.0, 400.0, 10.0).zoomed(zoom, [100.0, 50.0]).panned([3.0, -4.0]);
            let [back_lon, back_lat] = unproject(view.to_world(view.to_screen(project([lon, lat]))));
            prop_assert!((back_lon - lon).abs() < 1e-9 && (back_lat - lat).abs() < 1e-9);
        }

        #[test]
        fn fitting_shows_the_whole_extent(x in 0.0f64..1.0, y in 0.0f64..1.0, w in 0.0f64..0.1, h in 0.0f64..0.1) {
            let extent = Extent { min: [x, y], max: [x + w, y + h] };
            let view = View::fit(extent, 640.0, 320.0, 12.0);
            for corner in [extent.min, extent.max] {
                let [px, py] = view.to_screen(corner);
                prop_assert!((11.9..=628.1).contains(&px) && (11.9..=308.1).contains(&py));
            }
        }
    }

    #[test]
    fn holes_do_not_belong_to_a_watershed_and_the_inner_one_wins() {
        let inner = Shape::new(&[SQUARE_WITH_HOLE[1].to_vec()]).expect("finite");
        let shapes = [Some(square()), None, Some(inner)];
        assert_eq!(hit(&shapes, project([-119.9, 40.9])), Some(0));
        assert_eq!(hit(&shapes, project([-119.5, 40.5])), Some(2));
        assert!(!square().contains(project([-119.5, 40.5])));
        assert_eq!(hit(&shapes, project([-100.0, 40.5])), None);
    }

    #[test]
    fn paths_are_short_and_a_view_can_be_reached_from_another() {
        let base = View::fit(square().extent, 100.0, 100.0, 0.0);
        let data = square().path_data(base);
        assert_eq!((data.matches('M').count(), data.matches('Z').count()), (2, 2));
        let zoomed = base.zoomed(3.0, [20.0, 30.0]);
        let (factor, shift) = zoomed.relative_to(base);
        let point = project([-119.2, 40.3]);
        let (there, here) = (zoomed.to_screen(point), base.to_screen(point));
        assert!((here[0] * factor + shift[0] - there[0]).abs() < 1e-6);
        assert!((here[1] * factor + shift[1] - there[1]).abs() < 1e-6);
    }

    #[test]
    fn the_scale_bar_is_right_on_the_ground() {
        // 0.01 of a degree of longitude at 60° N is half of 1113.2 m.
        let view = View::fit(
            Extent::around([project([10.0, 60.0]), project([10.01, 60.0])]).expect("two"),
            1000.0,
            1000.0,
            0.0,
        );
        assert!((view.ground_m_per_px(60.0) * 1000.0 - 556.6).abs() < 0.1);
        assert_eq!(
            scale_bar(10.0, 120.0).map(|bar| (bar.label, bar.length_px)),
            Some(("1 km".to_owned(), 100.0))
        );
        assert_eq!(scale_bar(f64::NAN, 120.0), None);
    }

    #[test]
    fn the_graticule_has_a_few_round_lines() {
        let view = View::fit(square().extent, 600.0, 400.0, 20.0);
        let lines = graticule(view, 600.0, 400.0);
        assert!((2..=6).contains(&lines.parallels.len()), "{lines:?}");
        assert!(lines.meridians.iter().all(|(x, label)| (0.0..=600.0).contains(x) && label.ends_with('W')));
    }
}
