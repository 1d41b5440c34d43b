//! Pacts of others: listed and downloaded.

use insta::assert_snapshot;

use crate::terminal::Terminal;

#[test]
fn pacts_are_listed_and_downloaded() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Orders", "main");
    terminal.publish("App", "7", "Orders", "feat/x");
    let session = terminal.session(
        "get-pacts --provider Orders
        get-pacts --provider Orders --latest
        get-pacts --provider Orders --branch feat/x
        get-pacts --provider Orders --consumer Web --branch main --latest
        get-pacts --provider Orders --consumer Web --branch feat/x
        get-pacts --provider Orders --consumer Wep
        get-pacts --provider orders
        get-pacts --provider Orders --latest --download --download-dir got",
    );
    assert_snapshot!(session, @r"
    $ intact get-pacts --provider Orders
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (1) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 │
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --latest
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --branch feat/x
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ App      ┆ Pact between App (7) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/App/version/7 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --consumer Web --branch main --latest
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --consumer Web --branch feat/x
    error: Web has no branch feat/x
    hint: the branches are: main
    exit 2

    $ intact get-pacts --provider Orders --consumer Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact get-pacts --provider orders
    error: there is no application orders
    hint: did you mean Orders?
    exit 2

    $ intact get-pacts --provider Orders --latest --download --download-dir got
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    wrote got/Web-Orders-2.json
    exit 0
    ");
    let file = terminal.workspace.path().join("got/Web-Orders-2.json");
    let pact = std::fs::read(&file).expect("a file");
    let pact: serde_json::Value = serde_json::from_slice(&pact).expect("JSON");
    assert_eq!(pact["interactions"][0]["description"], "an order");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |file: &std::path::Path| std::fs::metadata(file).expect("a file").permissions().mode() & 0o777;
        let plain = terminal.workspace.file("plain.json", "");
        assert_eq!(mode(&file), mode(&plain), "those who may read new files may read a download");
    }
}

#[test]
fn names_of_others_cannot_lead_a_download_out_of_its_folder() {
    let terminal = Terminal::start();
    terminal.publish("../../Web", "..\\1", "/etc/Orders", "main");
    let session = terminal.session("get-pacts --provider /etc/Orders --download --download-dir got -o json");
    assert!(session.contains("exit 0"), "{session}");
    let got: Vec<String> = std::fs::read_dir(terminal.workspace.path().join("got"))
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(got, ["_._.._Web-_etc_Orders-.._1.json"]);
}
