//! Kinds of cell values.

use geotiff_writer::NumericSample;
use tiff_reader::TiffSample;

/// Stored types of cell values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleType {
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 8 bits.
    I8,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 16 bits.
    I16,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 32 bits.
    I32,
    /// Unsigned, 64 bits.
    U64,
    /// Signed, 64 bits.
    I64,
    /// Floating point, 32 bits.
    F32,
    /// Floating point, 64 bits.
    F64,
}

impl SampleType {
    /// Bytes of one value.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A type of cell values. Implemented for every integer from 8 to 64 bits, `f32` and `f64`.
pub trait Sample:
    sealed::Sealed
    + TiffSample
    + NumericSample
    + Copy
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + std::fmt::Debug
    + 'static
{
    /// The matching stored type.
    const TYPE: SampleType;

    /// The nearest value of type `f64`; exact except for 64-bit integers beyond 2⁵³.
    fn to_real(self) -> f64;

    /// The same value in this type: floating-point targets round, integer targets accept whole numbers in
    /// range only.
    fn from_real(value: f64) -> Option<Self>;

    /// The same value from an integer.
    fn from_i128(value: i128) -> Option<Self>;

    /// The exact integer this value is, when it is one.
    fn to_i128(self) -> Option<i128>;

    /// Returns true if the value is "not a number".
    fn is_nan(self) -> bool;

    /// The value that stands for "no data" when a file with NaN cells is read without a nodata value of its
    /// own: NaN, or the smallest integer.
    fn missing() -> Self;
}

macro_rules! integer_sample {
    ($($type:ty => $name:ident),*) => {$(
        impl sealed::Sealed for $type {}
        impl Sample for $type {
            const TYPE: SampleType = SampleType::$name;

            fn to_real(self) -> f64 {
                self as f64
            }

            fn from_real(value: f64) -> Option<Self> {
                // 2^127 and beyond is in no type's range; the cast below saturates there.
                (value.fract() == 0.0).then_some(value as i128).and_then(Self::from_i128)
            }

            fn from_i128(value: i128) -> Option<Self> {
                Self::try_from(value).ok()
            }

            fn to_i128(self) -> Option<i128> {
                Some(self.into())
            }

            fn is_nan(self) -> bool {
                false
            }

            fn missing() -> Self {
                Self::MIN
            }
        }
    )*};
}

integer_sample!(u8 => U8, i8 => I8, u16 => U16, i16 => I16, u32 => U32, i32 => I32, u64 => U64, i64 => I64);

macro_rules! float_sample {
    ($($type:ty => $name:ident),*) => {$(
        impl sealed::Sealed for $type {}
        impl Sample for $type {
            const TYPE: SampleType = SampleType::$name;

            fn to_real(self) -> f64 {
                self.into()
            }

            fn from_real(value: f64) -> Option<Self> {
                Some(value as $type)
            }

            fn from_i128(value: i128) -> Option<Self> {
                Some(value as $type)
            }

            fn to_i128(self) -> Option<i128> {
                (self.fract() == 0.0).then_some(self as i128)
            }

            fn is_nan(self) -> bool {
                self.is_nan()
            }

            fn missing() -> Self {
                Self::NAN
            }
        }
    )*};
}

float_sample!(f32 => F32, f64 => F64);
