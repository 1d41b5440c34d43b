//! The parts of a request, response or message other than the body.

pub(crate) mod headers;
pub(crate) mod metadata;
pub(crate) mod parameters;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod status;
pub(crate) mod values;
