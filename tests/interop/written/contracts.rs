//! Contracts written with our own DSL: interactions of every kind, in every version of the specification.

use std::path::Path;

use intact::generators::{self, DataType, UuidForm};
use intact::matchers::{
    any_of, array_containing, boolean, date, datetime, decimal, each_key, each_key_like, each_like, each_value,
    equal_to, from_provider_state, includes, integer, like, not_empty, null, nullable, number, one_of, regex, semver,
    status_code, time, url, uuid,
};
use intact::xml::element;
use intact::{Contract, GraphQl, SpecVersion, StatusClass, json_like};

pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";

fn between(dir: &Path, consumer: &str) -> Contract {
    Contract::between(consumer, "everything-service").output_dir(dir)
}

/// HTTP in version 4.
pub(super) fn http_v4(dir: &Path) -> Contract {
    bodies_v4(parts_v4(values_v4(between(dir, "v4-consumer"))))
}

fn values_v4(contract: Contract) -> Contract {
    contract
        .upon_receiving("a product with a value of each kind", |i| {
            i.given_with("a product exists", json_like!({ "id": 42, "tags": ["a"], "since": null })).get("/products/42").will_respond_with(200).json(json_like!({
                "id": integer(42), "price": decimal(79.99), "rating": number(4), "name": like("Headphones"),
                "code": regex("[A-Z]+-[0-9]+", "AB-12"), "inStock": boolean(true), "gone": null(), "fixed": "exactly",
                "exact": equal_to("this"), "owner": like(json_like!({ "name": "Ann" })),
            }))
        })
        .upon_receiving("lists with lengths", |i| {
            i.given("there are products").get("/lists").will_respond_with(200).json(json_like!({
                "any": each_like(json_like!({ "id": integer(1), "name": like("a") })),
                "two": each_like(like("x")).min(2),
                "few": each_like(integer(1)).max(3),
                "some": each_like(decimal(1.5)).min(1).max(5),
                "fixed": [1, "two", true],
            }))
        })
        .upon_receiving("dates and times", |i| {
            i.get("/times").will_respond_with(200).json(json_like!({
                "date": date("yyyy-MM-dd", "2026-02-28"), "time": time("HH:mm:ss", "10:30:00"),
                "at": datetime("yyyy-MM-dd'T'HH:mm:ssXXX", "2026-02-28T10:30:00Z"), "mail": datetime("EEE, dd MMM yyyy HH:mm:ss Z", "Sat, 28 Feb 2026 10:30:00 +0000"),
            }))
        })
        .upon_receiving("texts of a form", |i| {
            i.get("/texts").will_respond_with(200).json(json_like!({
                "id": uuid("7c9e6679-7425-40de-944b-e07fc1f90ae7"), "version": semver("1.2.3"), "note": includes("fast", "as fast as can be"),
                "filled": not_empty("x"), "link": url(["orders", "7"]),
            }))
        })
        .upon_receiving("maps by their keys and values", |i| {
            i.get("/maps").will_respond_with(200).json(json_like!({
                "stock": each_key_like("A-1", json_like!({ "count": integer(2) })),
                "keyed": each_key(regex("[a-z]+", "a"), json_like!({ "a": 1 })),
                "valued": each_value(integer(1), json_like!({ "x": 1 })),
            }))
        })
        .upon_receiving("a list that has certain elements", |i| {
            i.get("/kinds").will_respond_with(200).json(json_like!({
                "links": array_containing([json_like!({ "rel": equal_to("self"), "href": like("/kinds") })]),
            }))
        })
        .upon_receiving("choices", |i| {
            i.get("/choices").will_respond_with(200).json(json_like!({
                "colour": one_of(["red", "green"]), "maybe": nullable("x"), "number": any_of([integer(1), null()]),
            }))
        })
}

fn parts_v4(contract: Contract) -> Contract {
    contract
        .upon_receiving("any error of the client", |i| {
            i.given("nothing exists").get("/nothing").will_respond_with(status_code(StatusClass::ClientError, 404))
        })
        .upon_receiving("paths, queries, headers and cookies with matchers", |i| {
            i.get(regex("/users/[0-9]+", "/users/7"))
                .query("page", integer(1))
                .query("tag", ["a", "b"])
                .query("q", "a & b=c")
                .header("X-Request-Id", regex("[0-9a-f]{8}", "3fa85f64"))
                .header("Accept", "application/json, text/plain")
                .cookie("session", regex("[0-9a-f]+", "4af2"))
                .cookie("theme", "dark")
                .will_respond_with(200)
                .header("X-Page", regex("[0-9]+", "1"))
                .header("Vary", ["Accept", "Origin"])
                .set_cookie("seen", regex("[0-9]+", "1"))
        })
        .upon_receiving("values from the provider's state", |i| {
            i.given_with("an order exists", json_like!({ "owner": "ann" }))
                .get(from_provider_state("/orders/${orderId}", "/orders/1"))
                .query("owner", from_provider_state("${owner}", "ann"))
                .header("X-Order", from_provider_state("${orderId}", "1"))
                .will_respond_with(200)
                .json(json_like!({ "id": integer(1) }))
        })
        .upon_receiving("an order with generated values", |i| {
            i.given("an order exists")
                .post("/generated")
                .json(json_like!({
                    "id": like("a").generated_by(generators::uuid(UuidForm::LowerCaseHyphenated)),
                    "on": date("yyyy-MM-dd", "2026-02-28").generated_by(generators::date("yyyy-MM-dd")),
                    "count": integer(1).generated_by(generators::random_int(1..=9)),
                    "code": regex("[A-Z]{3}", "ABC").generated_by(generators::regex("[A-Z]{3}")),
                    "hex": like("0F").generated_by(generators::random_hexadecimal(4)),
                    "order": integer(1).generated_by(generators::provider_state("${orderId}", DataType::Integer)),
                }))
                .will_respond_with(201)
                .header("Location", regex("/generated/.+", "/generated/1"))
        })
        .upon_receiving("what is said about an interaction", |i| {
            i.given("one thing")
                .given("another thing")
                .comment("a remark")
                .test_name("written::tests")
                .reference("tickets", "issue", "T-1")
                .key("the-key")
                .delete("/annotated")
                .will_respond_with(204)
        })
        .upon_receiving("only the head", |i| i.head("/head").will_respond_with(200).header("X-Total", integer(7)))
        .upon_receiving("a change", |i| {
            i.patch("/changed")
                .json(json_like!({ "name": like("new"), "tags": each_like("t").min(1) }))
                .will_respond_with(200)
                .json(json_like!([integer(1)]))
        })
        .upon_receiving("where to go", |i| i.post("/moved").will_respond_with(201).header("Location", "/moved/1"))
}

fn bodies_v4(contract: Contract) -> Contract {
    contract
        .upon_receiving("text", |i| {
            i.put("/text")
                .text(regex(r"order \d+", "order 7"))
                .will_respond_with(200)
                .text(includes("thanks", "many thanks"))
        })
        .upon_receiving("exact text", |i| i.get("/exact").will_respond_with(200).text("exactly this"))
        .upon_receiving("a form", |i| {
            i.post("/form")
                .form(json_like!({ "name": like("Ann & Bob"), "count": integer(2), "tags": ["a", "b"] }))
                .will_respond_with(200)
                .form(json_like!({ "ok": boolean(true), "id": regex("[0-9]+", "7") }))
        })
        .upon_receiving("XML", |i| {
            let order = element("order")
                .attribute("id", integer(7))
                .attribute("currency", "EUR")
                .child(element("note").text(like("fast")))
                .each_like(element("line").attribute("sku", regex("[A-Z]-[0-9]", "A-1")).text(number(2)));
            i.post("/xml").xml(order.clone()).will_respond_with(200).xml(order)
        })
        .upon_receiving("XML with namespaces", |i| {
            i.get("/xml/namespaces").will_respond_with(200).xml(
                element("o:order")
                    .attribute("xmlns:o", "urn:orders")
                    .attribute("o:id", integer(7))
                    .child(element("o:note").text(like("x"))),
            )
        })
        .upon_receiving("an upload", |i| {
            i.post("/upload")
                .multipart(|parts| {
                    parts
                        .field("name", like("Ann"))
                        .field("kind", "portrait")
                        .file("photo", "ann.png", "image/png", PNG)
                        .json_file("meta", "meta.json", json_like!({ "width": integer(640) }))
                })
                .will_respond_with(201)
        })
        .upon_receiving("a picture", |i| {
            i.put("/picture").binary("image/png", PNG).will_respond_with(200).binary("image/png", PNG)
        })
        .upon_receiving("exact bytes", |i| {
            i.get("/bytes").will_respond_with(200).body("application/octet-stream", [0, 1, 2, 255])
        })
        .upon_receiving("a question of GraphQL", |i| {
            i.graphql(
                "/graphql",
                GraphQl::document("query Product($id: ID!) {\n  product(id: $id) { name }\n}")
                    .operation("Product")
                    .variables(json_like!({ "id": like("42") })),
            )
            .will_respond_with(200)
            .json(json_like!({ "data": { "product": { "name": like("Desk") } } }))
        })
        .upon_receiving("a change in GraphQL", |i| {
            i.graphql("/graphql", GraphQl::document("mutation { clear }"))
                .will_respond_with(200)
                .json(json_like!({ "data": { "clear": boolean(true) } }))
        })
}

/// HTTP in version 3.
pub(super) fn http_v3(dir: &Path) -> Contract {
    between(dir, "v3-consumer")
        .spec(SpecVersion::V3)
        .upon_receiving("an order of version 3", |i| {
            i.given_with("an order exists", json_like!({ "owner": "ann" })).given("the shop is open").get("/v3/orders")
                .query("page", regex("[0-9]+", "1")).query("ids", ["1", "2"]).header("Accept", "application/json").will_respond_with(200)
                .json(json_like!({ "id": integer(1), "lines": each_like(json_like!({ "sku": regex("[A-Z]-[0-9]", "A-1") })).min(1), "total": decimal(1.5), "note": includes("a", "abc") }))
        })
        .upon_receiving("a date of version 3", |i| {
            i.get("/v3/date").will_respond_with(200).json(json_like!({ "on": date("yyyy-MM-dd", "2026-02-28"), "at": datetime("yyyy-MM-dd'T'HH:mm:ss", "2026-02-28T10:00:00") }))
        })
        .upon_receiving("generated in version 3", |i| {
            i.post("/v3/generated").json(json_like!({ "id": like("a").generated_by(generators::uuid(UuidForm::Simple)) })).will_respond_with(204)
        })
        .upon_receiving("a form of version 3", |i| {
            i.post("/v3/form").form(json_like!({ "name": like("Ann") })).will_respond_with(200).text("done")
        })
        .upon_receiving("XML of version 3", |i| {
            i.post("/v3/xml").xml(element("a").child(element("b").text(integer(1)))).will_respond_with(200).xml(element("ok").attribute("n", integer(1)))
        })
        .upon_receiving("a picture of version 3", |i| i.get("/v3/picture").will_respond_with(200).binary("image/png", PNG))
}

/// HTTP in version 2.
pub(super) fn http_v2(dir: &Path) -> Contract {
    between(dir, "v2-consumer")
        .spec(SpecVersion::V2)
        .upon_receiving("an order of version 2", |i| {
            i.given("an order exists").get(regex("/v2/orders/[0-9]+", "/v2/orders/1")).query("page", regex("[0-9]+", "1")).query("name", "a b")
                .header("X-Id", regex("[a-z]+", "abc")).will_respond_with(200).header("X-Answer", regex("[0-9]+", "1"))
                .json(json_like!({ "id": like(1), "code": regex("[A-Z]+", "AB"), "lines": each_like(json_like!({ "n": like("a") })).min(2) }))
        })
        .upon_receiving("an exact order of version 2", |i| {
            i.post("/v2/orders").json(json_like!({ "id": 1, "lines": [1, 2] })).will_respond_with(201).json(json_like!({ "id": 1 }))
        })
        .upon_receiving("text of version 2", |i| i.get("/v2/text").will_respond_with(200).text("hello"))
}

/// Messages in version 4.
pub(super) fn messages_v4(dir: &Path) -> Contract {
    between(dir, "v4-listener")
        .message("an order was placed", |m| {
            m.given("an order exists").json(json_like!({ "number": integer(7), "product": like("Desk"), "lines": each_like(integer(1)) }))
                .metadata("topic", "orders").metadata("partition", integer(3)).metadata("key", regex("[a-z]+", "abc"))
        })
        .message("a note", |m| m.text(regex("note [0-9]+", "note 1")))
        .message("a picture was taken", |m| m.binary("image/png", PNG).metadata("camera", like("front")))
        .message("an XML order was placed", |m| m.xml(element("order").attribute("id", integer(7))))
        .message("something generated", |m| {
            m.json(json_like!({ "id": uuid("7c9e6679-7425-40de-944b-e07fc1f90ae7"), "at": datetime("yyyy-MM-dd'T'HH:mm:ssXXX", "2026-02-28T10:30:00Z") }))
        })
}

/// Messages with answers.
pub(super) fn exchanges(dir: &Path) -> Contract {
    between(dir, "v4-asker")
        .synchronous_message("a question for the price", |m| {
            m.given("a product exists")
                .json(json_like!({ "product": "42", "quantity": integer(2) }))
                .metadata("queue", "prices")
                .will_respond()
                .json(json_like!({ "price": decimal(79.99) }))
                .metadata("currency", regex("[A-Z]{3}", "EUR"))
        })
        .synchronous_message("a ping", |m| m.text("ping").will_respond().text(like("pong")))
}

/// Messages in version 3.
pub(super) fn messages_v3(dir: &Path) -> Contract {
    between(dir, "v3-listener")
        .spec(SpecVersion::V3)
        .message("an order of version 3 was placed", |m| {
            m.given_with("an order exists", json_like!({ "owner": "ann" }))
                .json(json_like!({ "number": integer(7), "on": date("yyyy-MM-dd", "2026-02-28") }))
                .metadata("topic", "orders")
        })
        .message("text of version 3", |m| m.text("hello"))
}
