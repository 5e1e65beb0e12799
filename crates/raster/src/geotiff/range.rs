//! Random access to bytes on any medium.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use tiff_reader::source::TiffSource;

/// Bytes that can be read at any offset.
pub trait RangeRead: Send + Sync {
    /// Total number of bytes.
    fn len(&self) -> u64;

    /// Returns true if there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Exactly `len` bytes from `offset`.
    ///
    /// # Errors
    /// Ranges beyond the end and failures of the medium. `len` is checked against [`RangeRead::len`] before
    /// this is called.
    fn read_exact_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>>;

    /// Announces ranges that will be read next, so that a remote source can fetch them together.
    ///
    /// # Errors
    /// Failures of the medium.
    fn prefetch(&self, _ranges: &[Range<u64>]) -> io::Result<()> {
        Ok(())
    }

    /// All bytes, when they are in memory.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }
}

impl RangeRead for Vec<u8> {
    fn len(&self) -> u64 {
        Vec::len(self) as u64
    }

    fn read_exact_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let end = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let start = usize::try_from(offset).map_err(|_| end())?;
        let part = start.checked_add(len).and_then(|past| self.get(start..past));
        part.map(<[u8]>::to_vec).ok_or_else(end)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// A file or any other seekable reader as random-access bytes. Reads take turns.
pub struct SeekSource<R> {
    reader: Mutex<R>,
    len: u64,
}

impl<R: Read + Seek + Send> SeekSource<R> {
    /// Wraps a reader.
    ///
    /// # Errors
    /// A reader whose length cannot be found by seeking.
    pub fn new(mut reader: R) -> io::Result<Self> {
        let len = reader.seek(SeekFrom::End(0))?;
        Ok(Self { reader: Mutex::new(reader), len })
    }
}

impl<R: Read + Seek + Send> RangeRead for SeekSource<R> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_exact_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        // A panic while the lock was held leaves at worst a wrong position, and every read seeks first.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; len];
        reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Adapter of a source to the TIFF library. Lengths are checked here, before anything is allocated.
pub(super) struct TiffBytes(pub Arc<dyn RangeRead>);

impl TiffSource for TiffBytes {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_exact_at(&self, offset: u64, len: usize) -> tiff_reader::error::Result<Vec<u8>> {
        let length = len as u64;
        let data_len = self.0.len();
        if offset.checked_add(length).is_none_or(|end| end > data_len) {
            return Err(tiff_reader::error::Error::OffsetOutOfBounds { offset, length, data_len });
        }
        self.0
            .read_exact_at(offset, len)
            .map_err(|error| tiff_reader::error::Error::Io(error, format!("offset {offset}")))
    }

    fn as_slice(&self) -> Option<&[u8]> {
        self.0.as_slice()
    }
}
