//! Changes requests on their way to the provider, for example to add a token.

use bytes::Bytes;
use http::Request;

use crate::state::BoxError;

/// Changes a request last, after generators and custom headers. Its URI is path and query alone.
///
/// What a filter does is not part of the contract; one that changes more than the credentials hides differences.
pub type RequestFilter = Box<dyn Fn(&mut Request<Bytes>) -> Result<(), BoxError> + Send + Sync>;
