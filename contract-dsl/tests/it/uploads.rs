//! Multipart bodies: fields, files, and parts with headers and contents of every kind.

use insta::assert_snapshot;
use intact::matchers::{each_key_like, integer, like, regex};
use intact::xml::element;
use intact::{Contract, Multipart, generators, json_like};
use intact_matching::{ActualRequest, RequestMatcher};
use serde_json::json;

use crate::bodies::{PNG, headers, posting, problems, takes};

fn multipart() -> Contract {
    posting(|r| {
        r.multipart(|parts| {
            parts
                .field("name", like("Ann"))
                .field("kind", "portrait")
                .file("photo", "ann.png", "image/png", PNG)
                .json_file("meta", "meta.json", json_like!({ "width": integer(640), "unit": "px" }))
        })
    })
}

fn upload(boundary: &str, name: &str, kind: &str, photo: &[u8], meta: &str) -> Vec<u8> {
    let part = |headers: &str, content: &[u8]| {
        [format!("--{boundary}\r\n{headers}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
    };
    [
        part("Content-Disposition: form-data; name=\"kind\"", kind.as_bytes()),
        part("Content-Disposition: form-data; name=\"name\"", name.as_bytes()),
        part("Content-Disposition: form-data; name=\"photo\"; filename=\"x.png\"\r\nContent-Type: image/png", photo),
        part(
            "Content-Disposition: form-data; name=\"meta\"; filename=\"m\"\r\nContent-Type: application/json",
            meta.as_bytes(),
        ),
        format!("--{boundary}--\r\n").into_bytes(),
    ]
    .concat()
}

#[test]
fn multipart_bodies_have_fields_and_files_whatever_the_boundary() {
    let contract = multipart();
    let takes = |body: &[u8]| takes(&contract, "multipart/form-data; boundary=XyZ", body);
    let meta = r#"{"width":12,"unit":"px"}"#;
    assert!(takes(&upload("XyZ", "Eve", "portrait", b"\x89PNG\r\n\x1a\n", meta)));
    assert!(!takes(&upload("XyZ", "Eve", "landscape", b"\x89PNG\r\n\x1a\n", meta)));
    assert!(!takes(&upload("XyZ", "Eve", "portrait", b"GIF89a", meta)));
    assert!(!takes(&upload("XyZ", "Eve", "portrait", b"\x89PNG\r\n\x1a\n", r#"{"width":"x","unit":"px"}"#)));
    assert_snapshot!(problems(&posting(|r| r.multipart(|parts| parts.field("a\"b", "x").file("f", "f", "no type", "x"))))[0], @r#""it": the request body: the part `a\"b`: names must not be empty or have quotes, backslashes or line breaks in them; the part `f`: `no type` is no content type"#);
    assert_snapshot!(problems(&posting(|r| r.multipart(|parts| parts)))[0], @r#""it": the request body: a multipart body needs at least one part"#);
}

/// Parts of every kind: an XML file with a header, JSON under a type of its own, a text file, fields with headers.
fn import(dir: &std::path::Path) -> Contract {
    Contract::between("a", "b").output_dir(dir).upon_receiving("an import", |i| {
        i.post("/imports")
            .multipart(|parts| {
                parts
                    .part("products", |part| {
                        part.file_name("products.xml").header("X-Checksum", regex("[0-9a-f]{8}", "9ae0daaf")).xml(
                            element("product").attribute("id", integer(42)).child(element("name").text(like("Desk"))),
                        )
                    })
                    .part("prices", |part| {
                        part.file_name("prices.json")
                            .header("Content-Type", "application/hal+json")
                            .json(json_like!({ "currency": "EUR", "total": integer(7) }))
                    })
                    .part("notes", |part| part.file_name("notes.txt").text(like("with care")))
                    .part("label", |part| {
                        part.header("Content-Type", "text/markdown").header("X-Id", 7).text(like("**new**"))
                    })
            })
            .will_respond_with(202)
    })
}

const IMPORT: [(&str, &str); 4] = [
    ("name=label\r\nContent-Type: text/markdown; charset=utf-8\r\nx-id: 7", "_old_"),
    ("name=notes; filename*=UTF-8''%C3%BC.txt\r\nContent-Type: text/plain", ""),
    ("name=prices; filename=p\r\nContent-Type: application/hal+json", r#"{ "total": 99, "currency": "EUR" }"#),
    (
        "name=products; filename=p\r\nContent-Type: text/xml\r\nX-Checksum: 00000000",
        "<product id='1'><name>Chair</name></product>",
    ),
];

/// What is sent with one text in place of another.
fn import_with(wanted: &str, instead: &str) -> String {
    let part = |(headers, content): (&str, &str)| {
        format!("--XX\r\nContent-Disposition: form-data; {headers}\r\n\r\n{content}\r\n")
    };
    let sent = IMPORT.map(part).concat();
    assert!(sent.contains(wanted), "{wanted}");
    sent.replace(wanted, instead) + "--XX--\r\n"
}

#[test]
fn parts_have_headers_and_contents_of_every_kind() {
    let dir = tempfile::tempdir().expect("a directory");
    let contract = import(dir.path());
    let takes = |wanted: &str, instead: &str| {
        let pact = contract.pact().unwrap_or_else(|error| panic!("{error}"));
        let (request, _) = pact.interactions[0].as_http().expect("an HTTP interaction");
        let matcher = RequestMatcher::compile(request, pact.version).expect("rules that can be used");
        let (headers, body) =
            (headers(&[("Content-Type", "multipart/form-data; boundary=XX")]), import_with(wanted, instead));
        matcher.matches(&ActualRequest::new("POST", "/imports", &headers).with_body(body.as_bytes()))
    };
    assert!(takes("_old_", "anything"));
    for (wanted, instead) in [
        ("text/markdown", "text/plain"),
        ("x-id: 7", "x-id: 8"),
        ("x-id: 7", "x-other: 7"),
        ("; filename*=UTF-8''%C3%BC.txt", ""),
        ("application/hal+json", "text/plain"),
        ("99", "9.5"),
        ("EUR", "USD"),
        ("X-Checksum: 00000000", "X-Checksum: 0"),
        ("X-Checksum", "X-Sum"),
        ("id='1'", "id='x'"),
        ("name>", "title>"),
        ("name=products", "name=others"),
    ] {
        assert!(!takes(wanted, instead), "{wanted} -> {instead}");
    }
    let pact = contract.pact().expect("a contract that makes sense");
    let (request, _) = pact.interactions[0].as_http().expect("an HTTP interaction");
    assert_snapshot!(String::from_utf8_lossy(request.body.bytes()).replace('\r', ""), @r#"
    --intact-boundary
    Content-Disposition: form-data; name="products"; filename="products.xml"
    X-Checksum: 9ae0daaf
    Content-Type: application/xml

    <?xml version="1.0" encoding="UTF-8"?><product id="42"><name>Desk</name></product>
    --intact-boundary
    Content-Disposition: form-data; name="prices"; filename="prices.json"
    Content-Type: application/hal+json

    {"currency":"EUR","total":7}
    --intact-boundary
    Content-Disposition: form-data; name="notes"; filename="notes.txt"
    Content-Type: text/plain

    with care
    --intact-boundary
    Content-Disposition: form-data; name="label"
    Content-Type: text/markdown
    X-Id: 7

    **new**
    --intact-boundary--
    "#);
    assert_snapshot!(request.matching_rules.body.keys().cloned().collect::<Vec<_>>().join("\n"), @"
    $.products.product['@id']
    $.products.product.name['#text']
    $.products['x-checksum']
    $.prices.total
    $.notes
    $.label
    ");
}

#[test]
fn the_mock_server_takes_an_upload_part_by_part() {
    let dir = tempfile::tempdir().expect("a directory");
    let send = |server: &intact::MockServer, body: String| {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.post(format!("{}/imports", server.url()));
        request.header("Content-Type", "multipart/form-data; boundary=XX").send(body).map(|answer| answer.status())
    };
    import(dir.path()).test_blocking(|server| {
        assert_eq!(send(server, import_with("99", "1"))?, 202);
        Ok(())
    });
    let refused = std::panic::catch_unwind(|| {
        import(dir.path()).test_blocking(|server| {
            assert_eq!(send(server, import_with("99", "true"))?, 500);
            Ok(())
        });
    });
    let panic = refused.expect_err("a test that fails").downcast::<String>().expect("a text");
    assert!(panic.contains("$.prices.total"), "{panic}");
}

#[test]
fn parts_that_make_no_sense_are_problems_of_the_contract() {
    let problem = |describe: fn(Multipart) -> Multipart| {
        problems(&posting(|r| r.multipart(describe))).join("\n").replace("\"it\": the request body: the part `f`: ", "")
    };
    assert_snapshot!(problem(|p| p.part("f", |f| f.file_name("f"))), @"nothing says what is in it: give it `text`, `json` or other contents");
    assert_snapshot!(problem(|p| p.part("f", |f| f.json(json_like!({ "a": like(1) })))), @"without a file name it is a field, which is compared as one text: matchers within it need a `file_name`");
    assert_snapshot!(problem(|p| p.part("f", |f| f.multipart(|p| p.field("a", "b")))), @"without a file name it is a field, which is compared as one text: matchers within it need a `file_name`");
    assert_snapshot!(problem(|p| p.part("f", |f| f.file_name("\n").text("x"))), @"names must not be empty or have quotes, backslashes or line breaks in them");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("a b", "x").text("x"))), @"the header `a b`: a header cannot have this name");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("X", "a\r\nb").text("x"))), @"the header `X`: a value has no line breaks or other control characters");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("X", ["a", "b"]).text("x"))), @"the header `X`: it is one text, not a list");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("X", "a").header("x", "b").text("x"))), @"the header `x`: it is given twice");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("Content-Type", "no type").text("x"))), @"the header `Content-Type`: `no type` is no content type");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("content-disposition", "x").text("x"))), @"the header `content-disposition`: it is made of the name of the part and `file_name`");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("content-transfer-encoding", "base64").text("x"))), @"the header `content-transfer-encoding`: contents are given as they are; the other side may encode them");
    assert_snapshot!(problem(|p| p.part("f", |f| f.text(like("x").generated_by(generators::random_int(1..=2))))), @"values are generated in JSON, XML and forms only, not in text");
    assert_snapshot!(problem(|p| p.part("f", |f| f.file_name("f").json(like(1).generated_by(generators::random_int(1..=2))))), @"values are generated in JSON, XML and forms only, not in parts of a multipart body");
    assert_snapshot!(problem(|p| p.part("f", |f| f.file_name("f").header("Content-Type", "text/plain").json(json_like!([like(1)])))), @"the header `Content-Type` says that it is something else, so matchers within it would count for nothing");
    assert_snapshot!(problem(|p| p.part("f", |f| f.file_name("f").header("X-Id", like("1")).json(json!({ "x-id": "2" })))), @"the header `x-id` and the member `x-id` have one path in a pact, so a matcher for one would be for both");
    assert_snapshot!(problem(|p| p.field("f", "1").field("f", like("2"))), @"a pact has one set of matchers for all parts of a name: give each of them the same");
    assert_snapshot!(problem(|p| p.part("f", |f| f.header("X", regex("a", "b")).text("x"))), @r#""it": the example of the request does not satisfy its own matcher `regex`: body $.f.x: MIME part 'f': Expected 'b' to match 'a'"#);
    assert_snapshot!(problem(|p| p.part("f", |f| f.file_name("f").text(regex("a", "b")))), @r#""it": the example of the request does not satisfy its own matcher `regex`: body $.f: MIME part 'f': Expected 'b' to match 'a'"#);
}

/// What a field and its neighbours of the same name say together, parts in parts, and contents without bytes.
#[test]
fn parts_satisfy_their_own_rules() {
    for describe in [
        (|p| p.field("f", like("1")).field("f", like("2"))) as fn(Multipart) -> Multipart,
        |p| p.part("f", |f| f.file_name("f").text("")),
        |p| p.part("f", |f| f.json(json!({ "a": 1 }))),
        |p| p.part("f", |f| f.file_name("f").json(each_key_like("a", integer(1)))),
        |p| p.part("f", |f| f.file_name("f").header("X", like("a")).json(json!({ "x-id": 1 }))),
        |p| p.part("f", |f| f.file_name("f").form(json_like!({ "a": integer(1) }))),
        |p| p.part("f", |f| f.file_name("f").multipart(|p| p.json_file("g", "g", json_like!({ "a": integer(1) })))),
        |p| p.part("f", |f| f.file_name("f").body("application/x-thing", [0, 159])),
        |p| p.part("ü 'x'", |f| f.file_name("€").header("X-Ü".trim_end_matches('Ü'), "ü").text(like("ü"))),
    ] {
        let contract = posting(|r| r.multipart(describe));
        assert!(contract.pact().is_ok(), "{:?}", contract.pact());
    }
}

#[test]
fn the_boundary_is_in_no_part() {
    let contract =
        posting(|r| r.multipart(|parts| parts.field("a", "--intact-boundary").field("b", "intact-boundary-x")));
    let pact = contract.pact().unwrap();
    let content_type = pact.interactions[0].as_http().unwrap().0.headers.get("content-type").unwrap()[0].clone();
    assert_eq!(content_type, "multipart/form-data;boundary=intact-boundary-x-x");
}
