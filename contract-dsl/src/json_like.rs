//! [`json_like!`](crate::json_like), which mixes examples with matchers, and what it collects.

use serde::ser::{Serialize, Serializer};

use crate::template::Template;

/// A JSON document in which matchers may stand where values stand.
///
/// Written as `serde_json::json!`: literals, nested objects and arrays, `null`, and any expression that is
/// [`Serialize`](serde::Serialize), which includes matchers and whole structs. **A plain value is expected exactly as it
/// stands**; only where a [matcher](crate::matchers) stands may the other side answer something else.
///
/// ```
/// use intact::json_like;
/// use intact::matchers::{each_like, like};
///
/// let tags = ["audio", "wireless"];
/// let product = json_like!({
///     "id": "42",                                // exactly "42"
///     "name": like("Wireless Headphones"),       // any string
///     "tags": tags,                              // exactly these two
///     "reviews": each_like(json_like!({ "stars": like(5) })),
///     "discount": null,
/// });
/// assert_eq!(product.example()["reviews"][0]["stars"], 5);
/// ```
///
/// A key is a literal, the name of a variable, or an expression in parentheses.
#[macro_export]
macro_rules! json_like {
    (null) => { $crate::Template::of(&()) };
    ([ $($items:tt)* ]) => {{
        let items = $crate::__private::Items::default();
        $crate::__json_like_items!(items; $($items)*);
        $crate::Template::of(&items)
    }};
    ({ $($members:tt)* }) => {{
        let members = $crate::__private::Members::default();
        $crate::__json_like_members!(members; $($members)*);
        $crate::Template::of(&members)
    }};
    ($value:expr) => { $crate::Template::of(&$value) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __json_like_items {
    ($items:ident;) => {};
    ($items:ident; null $(, $($rest:tt)*)?) => {
        let $items = $items.with($crate::json_like!(null));
        $crate::__json_like_items!($items; $($($rest)*)?);
    };
    ($items:ident; [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        let $items = $items.with($crate::json_like!([ $($inner)* ]));
        $crate::__json_like_items!($items; $($($rest)*)?);
    };
    ($items:ident; { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        let $items = $items.with($crate::json_like!({ $($inner)* }));
        $crate::__json_like_items!($items; $($($rest)*)?);
    };
    ($items:ident; $value:expr $(, $($rest:tt)*)?) => {
        let $items = $items.with($crate::json_like!($value));
        $crate::__json_like_items!($items; $($($rest)*)?);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __json_like_members {
    ($members:ident;) => {};
    ($members:ident; $name:tt : null $(, $($rest:tt)*)?) => {
        let $members = $members.with($name, $crate::json_like!(null));
        $crate::__json_like_members!($members; $($($rest)*)?);
    };
    ($members:ident; $name:tt : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        let $members = $members.with($name, $crate::json_like!([ $($inner)* ]));
        $crate::__json_like_members!($members; $($($rest)*)?);
    };
    ($members:ident; $name:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        let $members = $members.with($name, $crate::json_like!({ $($inner)* }));
        $crate::__json_like_members!($members; $($($rest)*)?);
    };
    ($members:ident; $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        let $members = $members.with($name, $crate::json_like!($value));
        $crate::__json_like_members!($members; $($($rest)*)?);
    };
}

/// The members that `json_like!` collects, in their order.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Members(Vec<(String, Template)>);

impl Members {
    /// Adds a member.
    pub fn with(mut self, name: impl Into<String>, value: Template) -> Self {
        self.0.push((name.into(), value));
        self
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The items that `json_like!` collects.
#[doc(hidden)]
#[derive(Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Items(Vec<Template>);

impl Items {
    /// Adds an item.
    pub fn with(mut self, item: Template) -> Self {
        self.0.push(item);
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::json::to_json;

    #[test]
    fn the_macro_takes_what_json_takes() {
        let name = "n";
        let list = [1, 2];
        let document = crate::json_like!({
            "a": null, "b": [1, null, [2], { "c": true }, list.len()], name: -1.5, ("k".to_owned() + "1"): list,
            "empty": {}, "none": [], "nested": { "x": [ { "y": "z" } ], },
        });
        assert_eq!(
            to_json(&document).unwrap().to_compact(),
            r#"{"a":null,"b":[1,null,[2],{"c":true},2],"n":-1.5,"k1":[1,2],"empty":{},"none":[],"nested":{"x":[{"y":"z"}]}}"#
        );
        assert_eq!(to_json(&crate::json_like!(null)).unwrap().to_compact(), "null");
        assert_eq!(to_json(&crate::json_like!("text")).unwrap().to_compact(), r#""text""#);
    }
}
