//! Profiles as WEPP slope files.

use headwaters_wepp_formats as formats;

use crate::{Channel, Hillslope, SlopePoint, Watershed};

impl Hillslope {
    /// The hillslope's slope file (2023.3): one plane, one overland flow element.
    pub fn slope_file(&self) -> formats::Slope {
        formats::Slope {
            version: formats::SlopeVersion::V2023_3,
            comments: Vec::new(),
            planes: vec![formats::SlopePlane {
                aspect_deg: self.aspect_deg,
                width_m: self.width_m,
                elevation_m: Some(self.elevation_m),
            }],
            elements: vec![element(self.length_m, &self.profile)],
        }
    }
}

impl Watershed {
    /// The slope file of all channels (2023.1) in WEPP's order. A [relay](crate::Relay) gets the aspect,
    /// width and first slope of the channel below it, over one step.
    pub fn channel_slope_file(&self) -> formats::Slope {
        let mut channels: Vec<(u32, formats::SlopePlane, formats::SlopeElement)> = self
            .channels
            .iter()
            .map(|channel| (channel.wepp_id, plane(channel), element(channel.length_m, &channel.profile)))
            .collect();
        for relay in &self.relays {
            if let Some(below) = self.channel(relay.channel_topaz_id) {
                channels.push((relay.wepp_id, plane(below), self.first_step(below)));
            }
        }
        channels.sort_by_key(|(wepp_id, ..)| *wepp_id);
        let (planes, elements) = channels.into_iter().map(|(_, plane, element)| (plane, element)).unzip();
        formats::Slope { version: formats::SlopeVersion::V2023_1, comments: Vec::new(), planes, elements }
    }

    fn first_step(&self, channel: &Channel) -> formats::SlopeElement {
        let slope_m_per_m = channel.profile.first().map_or(0.0, |point| point.slope_m_per_m);
        formats::SlopeElement {
            length_m: channel.length_m / channel.cells.len() as f64,
            points: [0.0, 1.0]
                .map(|distance_fraction| formats::SlopePoint { distance_fraction, slope_m_per_m })
                .to_vec(),
        }
    }
}

fn plane(channel: &Channel) -> formats::SlopePlane {
    formats::SlopePlane { aspect_deg: channel.aspect_deg, width_m: channel.width_m, elevation_m: None }
}

fn element(length_m: f64, profile: &[SlopePoint]) -> formats::SlopeElement {
    let points = profile.iter().map(|point| formats::SlopePoint {
        distance_fraction: point.distance_fraction,
        slope_m_per_m: point.slope_m_per_m,
    });
    formats::SlopeElement { length_m, points: points.collect() }
}
