//! Steady-state erosion along a profile: interrill delivery, rill detachment, deposition (NSERL-10 chapter 11).

use crate::friction::Friction;
use crate::particles::Particles;
use crate::profile::{CELLS, SlopeShape};
use crate::result::PARTICLE_CLASSES;

/// Weight of water per volume, N/m3.
const WATER_WEIGHT: f64 = 9807.0;
/// Acceleration of gravity, m/s2.
const GRAVITY: f64 = 9.807;
/// Length of a cell relative to the profile.
const DX: f64 = 1.0 / CELLS as f64;

/// Flow and soil of one runoff event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErosionEvent {
    /// Peak runoff per area, m/s, and the duration it would last to give the runoff, s.
    pub peak_rate: f64,
    pub duration_s: f64,
    /// Runoff, m.
    pub runoff_m: f64,
    /// Duration of rainfall excess, s, and mean rain intensity during it, m/s (0 for melt).
    pub excess_duration_s: f64,
    pub excess_intensity: f64,
    /// Adjusted interrill erodibility, kg s/m4, rill erodibility, s/m, and critical shear, Pa.
    pub interrill_erodibility: f64,
    pub rill_erodibility: f64,
    pub critical_shear_pa: f64,
    pub roughness_m: f64,
    /// True if falling rain keeps sediment in suspension.
    pub raining: bool,
    pub friction: Friction,
    pub rill_width_m: f64,
    pub rill_spacing_m: f64,
}

/// Sediment of one event, kg per m of hillslope width.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sediment {
    pub delivery: f64,
    pub detachment: f64,
    pub deposition: f64,
    pub class_fractions: [f64; PARTICLE_CLASSES],
    /// Rill width to keep for the next event, m.
    pub rill_width_m: f64,
}

/// Sediment of one event.
pub(crate) fn erode(shape: &SlopeShape, particles: &Particles, event: &ErosionEvent) -> Sediment {
    let discharge = event.peak_rate * shape.length_m * event.rill_spacing_m;
    if discharge <= 0.0 {
        return Sediment { rill_width_m: event.rill_width_m, ..Sediment::default() };
    }
    let width = event.rill_width_m.max(1.13 * discharge.powf(0.303)).min(event.rill_spacing_m);
    let end_shear = shear_pa(discharge, shape.end_slope, width, &event.friction).max(1e-6);
    let mean_shear = shear_pa(discharge, shape.mean_slope, width, &event.friction).max(1e-6);
    // Transport coefficients at the foot of the uniform slope and half-way to the true end slope.
    let (mean_capacity, class_capacity) = particles.transport_capacity(mean_shear);
    let middle_shear = 0.5 * (end_shear + mean_shear);
    let (middle_capacity, _) = particles.transport_capacity(middle_shear);
    let coefficient = |capacity: f64, shear: f64| {
        let k = capacity / shear.powf(1.5);
        if k > 0.0 { k } else { 1e-9 }
    };
    let kt = coefficient(mean_capacity, mean_shear);
    let ratio = coefficient(middle_capacity, middle_shear) / kt;
    let capacity = (kt * mean_shear.powf(1.5)).max(1e-10);
    let (delivered, interrill_fractions) = interrill_delivery(particles, event.roughness_m);
    let interrill = event.interrill_erodibility
        * event.excess_intensity
        * if event.excess_duration_s > 0.0 { event.runoff_m / event.excess_duration_s } else { 0.0 }
        * delivered
        * event.rill_spacing_m
        / width;
    let settling = if event.raining { 0.5 } else { 1.0 } / event.peak_rate;
    let run = Run {
        shape,
        particles,
        ratio,
        eta: shape.length_m * event.rill_erodibility * mean_shear / capacity,
        tau_c: event.critical_shear_pa / mean_shear,
        theta: shape.length_m * interrill / capacity * event.excess_duration_s / event.duration_s,
        phi: (settling * particles.effective_fall_velocity).min(1e5),
        class_phi: particles.fall_velocity.map(|v| (settling * v).min(1e5)),
        class_capacity,
        interrill_fractions,
    };
    let (gain, loss, load, fractions) = run.along_profile();
    let scale = capacity * width / event.rill_spacing_m * event.duration_s;
    Sediment {
        delivery: load * scale,
        detachment: gain * scale,
        deposition: loss * scale,
        class_fractions: fractions,
        rill_width_m: width,
    }
}

/// Shear stress acting on the soil in a rectangular rill, Pa: depth from Chezy's equation by iteration.
pub(crate) fn shear_pa(discharge: f64, slope: f64, width: f64, friction: &Friction) -> f64 {
    let chezy = (8.0 * GRAVITY / friction.rill).sqrt();
    let base = (discharge / chezy / slope.sqrt()).powf(2.0 / 3.0) / width;
    let mut depth = 0.2 * discharge.powf(0.36);
    for _ in 0..100 {
        let next = base * (width + 2.0 * depth).cbrt();
        let settled = (depth / next - 1.0).abs() <= 1e-6;
        depth = next;
        if settled {
            break;
        }
    }
    let radius = depth * width / (width + 2.0 * depth);
    WATER_WEIGHT * slope.atan().sin() * radius * friction.rill_soil / friction.rill
}

/// Share of interrill sediment that reaches rills over a rough surface, and its classes.
fn interrill_delivery(particles: &Particles, roughness_m: f64) -> (f64, [f64; PARTICLE_CLASSES]) {
    let smoothness = (1.14 - 23.0 * roughness_m).clamp(0.0, 1.0);
    let mut part = [0.0; PARTICLE_CLASSES];
    for (i, part) in part.iter_mut().enumerate() {
        let velocity = particles.fall_velocity[i];
        let share = if velocity < 0.01 {
            (0.0672 + 659.0 * velocity).exp() * smoothness.powf(0.1286 + 2209.0 * velocity)
        } else {
            2.5 * smoothness - 1.5
        };
        *part = particles.fraction(i) * share.clamp(0.0, 1.0);
    }
    let total: f64 = part.iter().sum();
    (total, part.map(|p| if total > 0.0 { p / total } else { 0.0 }))
}

/// Normalised equation of one event: loads are relative to transport capacity at the foot of the uniform slope.
struct Run<'a> {
    shape: &'a SlopeShape,
    particles: &'a Particles,
    ratio: f64,
    eta: f64,
    tau_c: f64,
    theta: f64,
    phi: f64,
    class_phi: [f64; PARTICLE_CLASSES],
    class_capacity: [f64; PARTICLE_CLASSES],
    interrill_fractions: [f64; PARTICLE_CLASSES],
}

/// Load gained by detachment, before it is divided into classes.
#[derive(Clone, Copy, Debug, Default)]
struct Detached {
    rill: f64,
    interrill: f64,
}

impl Run<'_> {
    /// Walks down the slope. Returns gross gain, gross loss, load at the foot and its class fractions.
    fn along_profile(&self) -> (f64, f64, f64, [f64; PARTICLE_CLASSES]) {
        let mut load = 0.0f64;
        let mut classes = [0.0; PARTICLE_CLASSES];
        let mut detached = Detached::default();
        let (mut gain, mut loss) = (0.0, 0.0);
        // At the top capacity and load are both zero: which grows faster decides.
        let mut depositing = self.ratio * self.shape.gradient[0].0 < self.theta;
        for cell in 0..CELLS {
            let before = load;
            load = self.cross_cell(cell, load, &mut depositing, &mut detached, &mut classes);
            let change = load - before;
            if change > 0.0 {
                gain += change;
            } else {
                loss -= change;
            }
        }
        self.take_up(&mut detached, &mut classes);
        let total: f64 = classes.iter().sum();
        (gain, loss, load, classes.map(|c| if total > 0.0 { c / total } else { 0.0 }))
    }

    /// One cell, which may contain one change between detachment and deposition.
    fn cross_cell(
        &self,
        cell: usize,
        load: f64,
        depositing: &mut bool,
        detached: &mut Detached,
        classes: &mut [f64; PARTICLE_CLASSES],
    ) -> f64 {
        let start = cell as f64 * DX;
        let end = start + DX;
        let capacity_start = self.ratio * self.shape.capacity[2 * cell];
        let capacity_end = self.ratio * self.shape.capacity[2 * cell + 2];
        if *depositing {
            let after = self.deposit(cell, start, end, load, classes);
            if after > capacity_end {
                return after;
            }
            *depositing = false;
            return after.min(capacity_end).max(0.0);
        }
        let after = self.detach(cell, load);
        if after <= capacity_end || (capacity_end <= 0.0 && after <= 0.0) {
            self.detached(load, after, DX, detached);
            return after;
        }
        // Load meets capacity inside the cell; from there it is deposited.
        *depositing = true;
        let room = (capacity_start - load).max(0.0);
        let over = after - capacity_end;
        let meeting = start + DX * room / (room + over).max(1e-300);
        let at_meeting = load + (after - load) * (meeting - start) / DX;
        self.detached(load, at_meeting, meeting - start, detached);
        self.take_up(detached, classes);
        self.deposit(cell, meeting, end, at_meeting, classes)
    }

    /// Load at the end of a cell under detachment, by the classical Runge-Kutta method; at least interrill inflow.
    fn detach(&self, cell: usize, load: f64) -> f64 {
        let per_capacity = 1.0 / self.ratio;
        let slope_at = |point: usize, load: f64| {
            let excess = self.eta * (self.shape.shear[point] - self.tau_c);
            if self.shape.capacity[point] > 0.0 && excess > 0.0 {
                excess * (1.0 - load * per_capacity * self.shape.inverse_capacity[point]) + self.theta
            } else {
                self.theta
            }
        };
        let k1 = slope_at(2 * cell, load);
        let k2 = slope_at(2 * cell + 1, load + 0.5 * DX * k1);
        let k3 = slope_at(2 * cell + 1, load + 0.5 * DX * k2);
        let k4 = slope_at(2 * cell + 2, load + DX * k3);
        (load + DX * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0).max(load + self.theta * DX)
    }

    fn detached(&self, before: f64, after: f64, length: f64, detached: &mut Detached) {
        let interrill = (self.theta * length).min((after - before).max(0.0));
        detached.interrill += interrill;
        detached.rill += (after - before - interrill).max(0.0);
    }

    /// Adds what was detached since the last deposition to the classes.
    fn take_up(&self, detached: &mut Detached, classes: &mut [f64; PARTICLE_CLASSES]) {
        for (i, class) in classes.iter_mut().enumerate() {
            *class +=
                self.particles.fraction(i) * detached.rill + self.interrill_fractions[i] * detached.interrill;
        }
        *detached = Detached::default();
    }

    /// Load after deposition from `start` to `end`: exact solution for slope linear in x. Classes settle by their own
    /// fall velocities and are then scaled to the total; none can exceed what entered.
    fn deposit(
        &self,
        cell: usize,
        start: f64,
        end: f64,
        load: f64,
        classes: &mut [f64; PARTICLE_CLASSES],
    ) -> f64 {
        if end <= start {
            return load;
        }
        let (b, a) = self.shape.gradient[cell];
        let narrowing = if start > 0.0 { (start / end).ln() } else { f64::NEG_INFINITY };
        let settle = |phi: f64, share: f64, theta: f64, load: f64| {
            let (a, b) = (self.ratio * share * a, self.ratio * share * b);
            let particular = |x: f64| phi * a * x * x / (phi + 2.0) + (phi * b + theta) * x / (phi + 1.0);
            let decay = (phi * narrowing).exp();
            (particular(end) + (load - particular(start)) * decay).max(0.0)
        };
        let inflow = self.theta * (end - start);
        let after = settle(self.phi, 1.0, self.theta, load).min(load + inflow);
        let mut limit = [0.0; PARTICLE_CLASSES];
        for (i, class) in classes.iter_mut().enumerate() {
            let theta = self.theta * self.interrill_fractions[i];
            limit[i] = *class + theta * (end - start);
            *class = settle(self.class_phi[i], self.class_capacity[i], theta, *class).min(limit[i]);
        }
        scale_to(after, classes, &limit);
        after
    }
}

/// Scales class loads to a total without exceeding any limit.
fn scale_to(total: f64, classes: &mut [f64; PARTICLE_CLASSES], limit: &[f64; PARTICLE_CLASSES]) {
    for _ in 0..PARTICLE_CLASSES {
        let fixed: f64 = (0..PARTICLE_CLASSES).filter(|i| classes[*i] >= limit[*i]).map(|i| limit[i]).sum();
        let free: f64 = (0..PARTICLE_CLASSES).filter(|i| classes[*i] < limit[*i]).map(|i| classes[i]).sum();
        let missing = total - fixed;
        if free <= 0.0 || missing <= 0.0 {
            break;
        }
        let factor = missing / free;
        let mut capped = false;
        for i in 0..PARTICLE_CLASSES {
            if classes[i] < limit[i] {
                classes[i] *= factor;
                if classes[i] >= limit[i] {
                    classes[i] = limit[i];
                    capped = true;
                }
            }
        }
        if !capped {
            return;
        }
    }
    let sum: f64 = classes.iter().sum();
    if sum > 0.0 {
        let factor = total / sum;
        classes.iter_mut().for_each(|c| *c *= factor);
    }
}
