//! Reading the body of a request, within limits: how large one may be, and how large all may be that are in memory at once.
//!
//! A body that finds no room is refused at once. To wait for room would be kinder, if it were certain that the others end; but
//! they may all be waiting for the same.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::listen::Limits;

/// The first bytes of everything that gzip compressed.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The answer to a body that cannot be read, and why.
type Refused = (StatusCode, String);

/// The memory that a server has for bodies.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: usize,
    taken: AtomicUsize,
}

impl Room {
    pub(crate) fn of(bytes: usize) -> Self {
        Self { bytes, taken: AtomicUsize::new(0) }
    }

    /// The part of one request: nothing yet.
    pub(crate) fn taken(self: &Arc<Self>) -> Taken {
        Taken { room: Arc::clone(self), bytes: 0 }
    }
}

/// What one request takes of the room, until it is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    room: Arc<Room>,
    bytes: usize,
}

impl Taken {
    fn more(&mut self, bytes: usize) -> Result<(), Refused> {
        let fits = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= self.room.bytes);
        if self.room.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_err() {
            let limit = self.room.bytes;
            let reason = format!("the bodies of all requests at once are larger than the limit of {limit} bytes");
            return Err((StatusCode::SERVICE_UNAVAILABLE, reason));
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The whole body, as it was sent.
pub(crate) async fn read(body: Incoming, limits: Limits, taken: &mut Taken) -> Result<Bytes, Refused> {
    let late = |_| {
        let reason = format!("the body did not arrive within {} seconds", limits.read.as_secs_f32());
        (StatusCode::REQUEST_TIMEOUT, reason)
    };
    timeout(limits.read, collected(body, limits.body, taken)).await.map_err(late)?
}

async fn collected(mut body: Incoming, limit: usize, taken: &mut Taken) -> Result<Bytes, Refused> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| (StatusCode::BAD_REQUEST, format!("the body could not be read: {error}")))?;
        // Trailers say nothing of the body.
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + all.len() + data.len() > limit {
            let reason = format!("the body is larger than the limit of {limit} bytes");
            return Err((StatusCode::PAYLOAD_TOO_LARGE, reason));
        }
        taken.more(data.len())?;
        if first.is_empty() && all.is_empty() {
            // Most bodies come in one piece.
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

pub(crate) fn is_gzip(encoding: &str) -> bool {
    encoding.eq_ignore_ascii_case("gzip") || encoding.eq_ignore_ascii_case("x-gzip")
}

/// Unpacks a body, but no more of it than may be sent unpacked: a few kilobytes can be made to fill any memory.
pub(crate) fn unpacked(body: &[u8], limit: usize, taken: &mut Taken) -> Result<Bytes, Refused> {
    let mut unpacked = Vec::new();
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = flate2::read::MultiGzDecoder::new(body).take(beyond).read_to_end(&mut unpacked);
    read.map_err(|error| (StatusCode::BAD_REQUEST, format!("the body could not be unpacked: {error}")))?;
    if unpacked.len() > limit {
        let reason = format!("the unpacked body is larger than the limit of {limit} bytes");
        return Err((StatusCode::BAD_REQUEST, reason));
    }
    taken.more(unpacked.len())?;
    Ok(unpacked.into())
}
