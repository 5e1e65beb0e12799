//! Conversion of the channels of a watershed to WEPP's files.

use headwaters_wepp_formats::{
    Channel, ChannelRouting, LayerHydraulics, Management, RestrictiveLayer, Slope, Soil, SoilElement,
    SoilLayer, SoilVersion, WatershedChannels, WatershedStructure,
};

use crate::{HillslopeFiles, WatershedRunFiles};

/// Routing by Muskingum-Cunge, and the ratio of length to width that goes with it in WEPPcloud's `pw0.chn`.
const MUSKINGUM_CUNGE: usize = 4;
const LENGTH_TO_WIDTH: f64 = 1.5;
/// Time step of the routing, s (WEPPcloud's `dtchr`).
const TIME_STEP_S: f64 = 600.0;
/// Interrill erodibility of the channel soil, kg s/m4, as WEPPcloud writes it.
const INTERRILL_ERODIBILITY: f64 = 4_649_000.0;

/// Properties common to all channels of a watershed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelOptions {
    /// Erodibility of the bed, s/m.
    pub erodibility_s_per_m: f64,
    /// Critical shear stress of the bed, Pa.
    pub critical_shear_pa: f64,
    /// Manning's n of the bare bed.
    pub manning_bare: f64,
    /// Manning's n of the channel as it is.
    pub manning: f64,
    /// Least width, m.
    pub minimum_width_m: f64,
}

impl Default for ChannelOptions {
    /// WEPPcloud's: 1e-6 s/m, 19 Pa, 0.03 and 0.04; at least 0.5 m wide.
    fn default() -> Self {
        Self {
            erodibility_s_per_m: 1e-6,
            critical_shear_pa: 19.0,
            manning_bare: 0.03,
            manning: 0.04,
            minimum_width_m: 0.5,
        }
    }
}

/// The channels of a watershed and their inflows.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelNetwork {
    /// Inflows of each channel, upstream before downstream.
    pub structure: WatershedStructure,
    /// Profiles in the same order.
    pub slope: Slope,
    /// Names in the same order.
    pub names: Vec<String>,
}

/// The files of a watershed run: the pass files of its hillslopes by WEPP id, its channels, the cover that all channels
/// have, made for one element, and the weather and the winter and water options of `hillslope`, one of those that were
/// run.
pub fn watershed_files(
    hillslope_passes: Vec<String>,
    network: ChannelNetwork,
    options: &ChannelOptions,
    management: Management,
    hillslope: HillslopeFiles,
) -> WatershedRunFiles {
    let ChannelNetwork { structure, mut slope, names } = network;
    for plane in &mut slope.planes {
        plane.width_m = plane.width_m.max(options.minimum_width_m);
    }
    let count = names.len();
    let years = management.simulation_years;
    WatershedRunFiles {
        hillslope_passes,
        structure,
        channels: WatershedChannels {
            routing: MUSKINGUM_CUNGE,
            length_to_width: LENGTH_TO_WIDTH,
            channels: names.iter().map(|name| channel(name, options)).collect(),
        },
        slope,
        soil: Soil {
            version: SoilVersion::V7778,
            comments: Vec::new(),
            title: "channels".to_owned(),
            adjust_conductivity: false,
            elements: vec![bed(options); count],
        },
        management: of_elements(management, count),
        climate: hillslope.climate,
        routing: ChannelRouting {
            output: 0,
            time_step_s: TIME_STEP_S,
            base_flow_m3_per_s: 0.0,
            channels: Vec::new(),
        },
        frost: hillslope.frost,
        hourly_water_balance: hillslope.hourly_water_balance,
        years,
    }
}

/// The management of one element for `count` of them.
fn of_elements(management: Management, count: usize) -> Management {
    let every = |year: &Vec<Vec<usize>>| vec![year.first().cloned().unwrap_or_default(); count];
    Management {
        element_count: count,
        initial_by_element: vec![management.initial_by_element.first().copied().unwrap_or(1); count],
        schedule: management.schedule.iter().map(every).collect(),
        ..management
    }
}

/// A naturally eroded channel without a control at its end, its friction slope that of its bed.
fn channel(name: &str, options: &ChannelOptions) -> Channel {
    Channel {
        description: [format!("channel {name}"), String::new(), String::new()],
        shape: 2,
        control: 0,
        friction_slope: 2,
        output: 0,
        bank_slope: 10.0,
        manning_bare: options.manning_bare,
        manning: options.manning,
        erodibility_s_per_m: options.erodibility_s_per_m,
        critical_shear_pa: options.critical_shear_pa,
        nonerodible_depth_m: 0.5,
        nonerodible_side_depth_m: 0.5,
        control_slope_m_per_m: 0.1,
        control_bank_slope: 10.0,
        control_manning: options.manning,
        rating_curve: None,
    }
}

/// The soil of a channel: WEPPcloud's gravelly sandy loam `Bidart_1 MPM` with the erodibility of the options.
fn bed(options: &ChannelOptions) -> SoilElement {
    SoilElement {
        disturbance: None,
        name: "Bidart_1 MPM".to_owned(),
        texture: "sandy loam".to_owned(),
        albedo: 0.02,
        initial_saturation: 0.75,
        interrill_erodibility_kg_s_per_m4: INTERRILL_ERODIBILITY,
        rill_erodibility_s_per_m: options.erodibility_s_per_m,
        critical_shear_pa: options.critical_shear_pa,
        effective_conductivity_mm_per_h: None,
        layers: vec![SoilLayer {
            depth_mm: 400.0,
            sand_pct: 66.8,
            clay_pct: 7.0,
            organic_matter_pct: 3.0,
            cec_meq_per_100g: 11.3,
            rock_pct: 20.0,
            hydraulics: Some(LayerHydraulics {
                bulk_density_g_per_cm3: 1.5,
                conductivity_mm_per_h: 0.5,
                anisotropy: Some(1.0),
                field_capacity: 0.242,
                wilting_point: 0.1145,
                retention: None,
            }),
        }],
        restrictive_layer: Some(RestrictiveLayer {
            present: true,
            anisotropy_or_thickness_mm: 10_000.0,
            conductivity_mm_per_h: 0.0001,
        }),
    }
}
