//! Scale and offset of stored numbers.

use crate::{Raster, Sample};

/// Linear conversion of stored numbers to quantities: quantity = stored × scale + offset. Files carry it as the
/// `SCALE` and `OFFSET` items of GDAL's metadata tag (42112), for instance where decimetres are stored as
/// integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Factor.
    pub scale: f64,
    /// Quantity at a stored 0.
    pub offset: f64,
}

impl Scaling {
    /// Scaling of a band (counted from 0) in the XML of the metadata tag; `None` when it changes nothing or is
    /// no usable number.
    pub(super) fn of_metadata(xml: &str, band: usize) -> Option<Self> {
        let item = |role: &str| items(xml).find(|item| item.is(role, band))?.text.trim().parse::<f64>().ok();
        let scaling = Self { scale: item("scale").unwrap_or(1.0), offset: item("offset").unwrap_or(0.0) };
        let usable = scaling.scale.is_finite() && scaling.scale != 0.0 && scaling.offset.is_finite();
        (usable && (scaling.scale, scaling.offset) != (1.0, 0.0)).then_some(scaling)
    }

    /// Converts the stored numbers of a raster to quantities; cells without data stay so. Numbers that the
    /// type cannot hold become cells without data.
    pub fn apply<T: Sample>(self, raster: &mut Raster<T>) {
        let nodata = raster.nodata;
        for value in raster.grid.as_mut_slice() {
            if !value.is_nan() && nodata != Some(*value) {
                let quantity = T::from_real(value.to_real() * self.scale + self.offset);
                *value = quantity.unwrap_or_else(|| nodata.unwrap_or_else(T::missing));
            }
        }
    }
}

/// An `<Item …>text</Item>` of the metadata.
struct Item<'x> {
    attributes: &'x str,
    text: &'x str,
}

impl Item<'_> {
    fn is(&self, role: &str, band: usize) -> bool {
        let has = |name: &str, value: &str| {
            self.attributes.split_whitespace().any(|attribute| {
                let given = attribute.split_once('=').filter(|(key, _)| *key == name);
                given.is_some_and(|(_, given)| given.trim_matches(['"', '\'']).eq_ignore_ascii_case(value))
            })
        };
        has("role", role) && has("sample", &band.to_string())
    }
}

fn items(xml: &str) -> impl Iterator<Item = Item<'_>> {
    xml.split("<Item ").skip(1).filter_map(|item| {
        let (attributes, rest) = item.split_once('>')?;
        Some(Item { attributes, text: rest.split('<').next()? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<GDALMetadata>
  <Item name="OFFSET" sample="0" role="offset">-100.5</Item>
  <Item name="SCALE" sample="0" role="scale">0.1</Item>
  <Item name="SCALE" sample="1" role="scale">1</Item>
  <Item name="STATISTICS_MAXIMUM" sample="0">7</Item>
</GDALMetadata>"#;

    /// A DEM in decimetres read as metres would make every slope ten times too steep.
    #[test]
    fn scale_and_offset_of_each_band() {
        assert_eq!(Scaling::of_metadata(XML, 0), Some(Scaling { scale: 0.1, offset: -100.5 }));
        assert_eq!(Scaling::of_metadata(XML, 1), None);
        for hostile in
            ["", "<Item ", "<Item role=\"scale\" sample=\"0\">", "<Item role='scale' sample='0'>0<"]
        {
            assert_eq!(Scaling::of_metadata(hostile, 0), None, "{hostile}");
        }
    }
}
