//! A catalogue of stations and the choice of one for a watershed.

use headwaters_wepp_formats::StationParameters;

use crate::station::{Monthly, annual_precipitation_mm, elevation_m, monthly_precipitation_mm};

/// Number of stations a choice reports.
pub const RANKED: usize = 10;

/// Stations to choose from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StationCatalogue {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    id: String,
    station: StationParameters,
    monthly_mm: Monthly,
}

/// The place for which a station is chosen, and its known properties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Longitude, degrees east.
    pub longitude_deg: f64,
    /// Latitude, degrees north.
    pub latitude_deg: f64,
    /// Mean elevation of the watershed, m.
    pub elevation_m: Option<f64>,
    /// Mean monthly precipitation, mm, for example of a gridded climatology.
    pub monthly_precipitation_mm: Option<Monthly>,
}

/// Rules of station choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StationRule {
    /// The smallest distance.
    #[default]
    Nearest,
    /// Distance, elevation and monthly precipitation together, see [`Candidate::score`].
    MultiFactor,
}

/// One station considered.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Identity in the catalogue (file name without `.par`).
    pub id: String,
    /// Name of the station.
    pub name: String,
    /// Great-circle distance to the place, km.
    pub distance_km: f64,
    /// Elevation of the station minus that of the place, m, when the place's is known.
    pub elevation_difference_m: Option<f64>,
    /// Root mean square over the months of the difference in precipitation, over the place's mean monthly
    /// precipitation, when the place's is known.
    pub precipitation_misfit: Option<f64>,
    /// Score by which stations are ranked, lowest first. Nearest: the distance in km. Multi-factor: the sum of
    /// distance / 25 km, |elevation difference| / 250 m and precipitation misfit / 0.25. The scales set which differences have equal
    /// weight; they are a convention of this program.
    pub score: f64,
}

/// The station chosen for a place, and those ranked next.
#[derive(Clone, Debug, PartialEq)]
pub struct StationChoice {
    /// The rule that ranked them.
    pub rule: StationRule,
    /// Up to [`RANKED`] stations, best first; the first is the choice.
    pub ranking: Vec<Candidate>,
}

impl StationChoice {
    /// The chosen station.
    pub fn chosen(&self) -> Option<&Candidate> {
        self.ranking.first()
    }
}

/// Failure to choose a station.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CatalogueError {
    /// Nothing to choose from.
    #[error("the station catalogue is empty; give a folder with .par files")]
    Empty,
    /// Two files with one name.
    #[error("station {0} is in the catalogue twice")]
    Duplicate(String),
    /// A position that is not on the globe.
    #[error("longitude {longitude_deg}, latitude {latitude_deg} is not a place on Earth")]
    Place {
        /// Longitude given.
        longitude_deg: f64,
        /// Latitude given.
        latitude_deg: f64,
    },
}

const DISTANCE_SCALE_KM: f64 = 25.0;
const ELEVATION_SCALE_M: f64 = 250.0;
const PRECIPITATION_SCALE: f64 = 0.25;

impl StationCatalogue {
    /// A catalogue of parsed station files, each with its identity (file name without `.par`).
    ///
    /// # Errors
    /// [`CatalogueError::Duplicate`] when an identity occurs twice.
    pub fn new(
        stations: impl IntoIterator<Item = (String, StationParameters)>,
    ) -> Result<Self, CatalogueError> {
        let mut entries: Vec<Entry> = stations
            .into_iter()
            .map(|(id, station)| Entry {
                monthly_mm: std::array::from_fn(|m| monthly_precipitation_mm(&station, m)),
                id,
                station,
            })
            .collect();
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        match entries.windows(2).find(|pair| pair[0].id == pair[1].id) {
            Some(pair) => Err(CatalogueError::Duplicate(pair[0].id.clone())),
            None => Ok(Self { entries }),
        }
    }

    /// Number of stations.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A station by its identity.
    pub fn get(&self, id: &str) -> Option<&StationParameters> {
        let at = self.entries.binary_search_by(|e| e.id.as_str().cmp(id)).ok()?;
        Some(&self.entries[at].station)
    }

    /// Identity, name, place and annual precipitation (mm) of all stations, by identity.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &StationParameters, f64)> {
        self.entries.iter().map(|e| (e.id.as_str(), &e.station, annual_precipitation_mm(&e.station)))
    }

    /// One station as a candidate for a place, under a rule.
    pub fn candidate(&self, id: &str, place: &Place, rule: StationRule) -> Option<Candidate> {
        let at = self.entries.binary_search_by(|e| e.id.as_str().cmp(id)).ok()?;
        Some(self.entries[at].candidate(place, rule))
    }

    /// Ranks the stations for a place. Equal scores keep the order of identities, so that the choice is repeatable.
    ///
    /// ```
    /// use headwaters_weather::{ClimateType, Place, StationCatalogue, StationRule, SyntheticSite, synthetic_station};
    ///
    /// let site = |name: &str, latitude_deg, elevation_m| {
    ///     let climate = ClimateType::SemiaridMonsoon;
    ///     let site = SyntheticSite { name: name.into(), longitude_deg: -110.0, latitude_deg, elevation_m, climate };
    ///     (name.to_owned(), synthetic_station(&site))
    /// };
    /// let catalogue = StationCatalogue::new([site("valley", 34.0, 600.0), site("mountain", 34.2, 2100.0)])?;
    /// let place = Place {
    ///     longitude_deg: -110.0,
    ///     latitude_deg: 34.05,
    ///     elevation_m: Some(2000.0),
    ///     monthly_precipitation_mm: None,
    /// };
    /// let id = |rule| catalogue.choose(&place, rule).map(|choice| choice.ranking[0].id.clone());
    /// assert_eq!(id(StationRule::Nearest)?, "valley");
    /// assert_eq!(id(StationRule::MultiFactor)?, "mountain");
    /// # Ok::<(), headwaters_weather::CatalogueError>(())
    /// ```
    ///
    /// # Errors
    /// An empty catalogue or an impossible place.
    pub fn choose(&self, place: &Place, rule: StationRule) -> Result<StationChoice, CatalogueError> {
        let Place { longitude_deg, latitude_deg, .. } = *place;
        if !(-90.0..=90.0).contains(&latitude_deg) || !(-180.0..=180.0).contains(&longitude_deg) {
            return Err(CatalogueError::Place { longitude_deg, latitude_deg });
        }
        if self.entries.is_empty() {
            return Err(CatalogueError::Empty);
        }
        let mut ranking: Vec<Candidate> = self.entries.iter().map(|e| e.candidate(place, rule)).collect();
        ranking.sort_by(|a, b| a.score.total_cmp(&b.score));
        ranking.truncate(RANKED);
        Ok(StationChoice { rule, ranking })
    }
}

impl Entry {
    fn candidate(&self, place: &Place, rule: StationRule) -> Candidate {
        let distance_km = great_circle_km(
            (place.longitude_deg, place.latitude_deg),
            (self.station.longitude_deg, self.station.latitude_deg),
        );
        let elevation_difference_m = place.elevation_m.map(|e| elevation_m(&self.station) - e);
        let precipitation_misfit =
            place.monthly_precipitation_mm.and_then(|wanted| misfit(&self.monthly_mm, &wanted));
        let score = match rule {
            StationRule::Nearest => distance_km,
            StationRule::MultiFactor => {
                distance_km / DISTANCE_SCALE_KM
                    + elevation_difference_m.map_or(0.0, |d| d.abs() / ELEVATION_SCALE_M)
                    + precipitation_misfit.map_or(0.0, |m| m / PRECIPITATION_SCALE)
            }
        };
        Candidate {
            id: self.id.clone(),
            name: self.station.name.clone(),
            distance_km,
            elevation_difference_m,
            precipitation_misfit,
            score,
        }
    }
}

/// Relative root mean square difference of two monthly climatologies; none when the wanted one is all dry.
fn misfit(found: &Monthly, wanted: &Monthly) -> Option<f64> {
    let mean = wanted.iter().sum::<f64>() / 12.0;
    let squares: f64 = found.iter().zip(wanted).map(|(f, w)| (f - w).powi(2)).sum();
    (mean > 0.0).then(|| (squares / 12.0).sqrt() / mean)
}

/// Distance on a sphere of 6371 km (haversine), km, between two (longitude, latitude) in degrees.
pub fn great_circle_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dlon, dlat) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
    let h = (dlat / 2.0).sin().powi(2)
        + a.1.to_radians().cos() * b.1.to_radians().cos() * (dlon / 2.0).sin().powi(2);
    2.0 * 6371.0 * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{ClimateType, SyntheticSite, synthetic_station};

    fn catalogue() -> StationCatalogue {
        let site = |name: &str, lon, lat, elevation_m| {
            let site = SyntheticSite {
                name: name.to_owned(),
                longitude_deg: lon,
                latitude_deg: lat,
                elevation_m,
                climate: ClimateType::MediterraneanMontane,
            };
            (name.to_owned(), synthetic_station(&site))
        };
        let stations = [
            site("valley", -120.0, 39.0, 300.0),
            site("ridge", -120.3, 39.1, 2100.0),
            site("far", -118.0, 37.0, 2000.0),
        ];
        StationCatalogue::new(stations).unwrap()
    }

    #[test]
    fn distance_on_the_globe_agrees_with_known_distances() {
        // One degree of latitude; and San Francisco to New York, 4130 km on a 6371 km sphere.
        assert!((great_circle_km((0.0, 10.0), (0.0, 11.0)) - 111.19).abs() < 0.01);
        let sf_ny = great_circle_km((-122.4194, 37.7749), (-74.0060, 40.7128));
        assert!((sf_ny - 4129.0).abs() < 3.0, "{sf_ny}");
        assert!((great_circle_km((179.9, 0.0), (-179.9, 0.0)) - 22.24).abs() < 0.01);
    }

    /// A ridge watershed must not silently get the valley's dry weather because the valley is a little nearer.
    #[test]
    fn the_multi_factor_rule_prefers_the_like_elevation_to_the_nearest() {
        let place = Place {
            longitude_deg: -120.1,
            latitude_deg: 39.03,
            elevation_m: Some(2000.0),
            monthly_precipitation_mm: None,
        };
        let nearest = catalogue().choose(&place, StationRule::Nearest).unwrap();
        assert_eq!(nearest.chosen().unwrap().id, "valley");
        let matched = catalogue().choose(&place, StationRule::MultiFactor).unwrap();
        assert_eq!(matched.chosen().unwrap().id, "ridge");
        assert_eq!(matched.ranking.len(), 3);
        assert!(matched.ranking.is_sorted_by(|a, b| a.score <= b.score));
        assert!((matched.ranking[0].elevation_difference_m.unwrap() - 100.0).abs() < 2.0);
        assert_eq!(matched.ranking[0].precipitation_misfit, None);
    }

    #[test]
    fn precipitation_when_given_decides_between_equals() {
        let catalogue = catalogue();
        let ridge = std::array::from_fn(|m| monthly_precipitation_mm(catalogue.get("ridge").unwrap(), m));
        let place = Place {
            longitude_deg: -120.15,
            latitude_deg: 39.05,
            elevation_m: None,
            monthly_precipitation_mm: Some(ridge),
        };
        let choice = catalogue.choose(&place, StationRule::MultiFactor).unwrap();
        assert_eq!(choice.chosen().unwrap().id, "ridge");
        assert_eq!(choice.chosen().unwrap().precipitation_misfit, Some(0.0));
    }

    #[test]
    fn impossible_requests_are_refused() {
        let place = Place {
            longitude_deg: 400.0,
            latitude_deg: 0.0,
            elevation_m: None,
            monthly_precipitation_mm: None,
        };
        assert!(matches!(
            catalogue().choose(&place, StationRule::Nearest),
            Err(CatalogueError::Place { .. })
        ));
        let place = Place { longitude_deg: 0.0, ..place };
        let empty = StationCatalogue::default().choose(&place, StationRule::Nearest);
        assert_eq!(empty, Err(CatalogueError::Empty));
        let (id, station) = ("a".to_owned(), catalogue().get("far").unwrap().clone());
        let twice = StationCatalogue::new([(id.clone(), station.clone()), (id, station)]);
        assert_eq!(twice, Err(CatalogueError::Duplicate("a".into())));
    }
}
