//! Lists in pages.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::api::extract::Query;
use crate::api::hal::{Doc, Link};
use crate::api::links::Links;
use crate::api::problem::ApiError;
use crate::api::validation::FieldErrors;

/// How many a page holds when only its number is given.
pub(crate) const DEFAULT_SIZE: i64 = 100;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: i64,
    /// Items of a page.
    pub(crate) size: i64,
}

impl Page {
    /// How many items come before.
    pub(crate) fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Adds `page`, and the links to the next and previous page, to a list of `total` items.
    pub(crate) fn describe(self, doc: Doc, total: i64, links: &Links) -> Doc {
        let pages = total.div_euclid(self.size) + i64::from(total.rem_euclid(self.size) > 0);
        let about = Doc::new()
            .with("number", self.number)
            .with("size", self.size)
            .with("totalElements", total)
            .with("totalPages", pages);
        let mut doc = doc.with("page", about);
        let to = |number| format!("{}?size={}&page={number}", links.this(), self.size);
        if self.number < pages {
            doc = doc.link("next", Link::to(to(self.number + 1)).title("Next page"));
        }
        if self.number > 1 {
            doc = doc.link("previous", Link::to(to(self.number - 1)).title("Previous page"));
        }
        doc
    }
}

/// The page a query asks for, if any: `page` and `size`, or the older `pageNumber` and `pageSize`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging(pub(crate) Option<Page>);

impl Paging {
    fn of(query: &Query) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut number = |names: [&'static str; 2]| {
            let (name, text) = names.into_iter().find_map(|name| Some((name, query.get(name)?)))?;
            match text.parse::<i64>() {
                Ok(number) if number >= 1 => Some(number),
                Ok(_) => {
                    errors.add(name, "must be greater than or equal to 1");
                    None
                }
                Err(_) => {
                    errors.add(name, "must be an integer");
                    None
                }
            }
        };
        let page = number(["page", "pageNumber"]);
        let size = number(["size", "pageSize"]);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self(match (page, size) {
            (None, None) => None,
            (page, size) => Some(Page { number: page.unwrap_or(1), size: size.unwrap_or(DEFAULT_SIZE) }),
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(&Query::of(parts.uri.query()))?)
    }
}

/// `LIMIT` and `OFFSET` of a page, or of everything.
pub(crate) fn bounds(page: Option<Page>) -> (i64, i64) {
    page.map_or((i64::MAX, 0), |page| (page.size, page.offset()))
}
