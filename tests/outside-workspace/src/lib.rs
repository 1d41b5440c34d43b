//! Stands for the code of somebody who uses `intact-pact` in tests, and proves that this changes nothing for them.
//!
//! Cargo builds each dependency once, with the features that anybody asks for. If a library of ours asked for `serde_json`'s
//! `arbitrary_precision` or `preserve_order`, the code below would behave differently.

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    /// With `arbitrary_precision`, a float behind `flatten` or in an untagged enum is an error.
    #[test]
    fn floats_are_read_through_flatten_and_untagged_enums() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Price {
            currency: String,
            #[serde(flatten)]
            amounts: Amounts,
        }
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Amounts {
            net: f64,
            gross: Option<f64>,
        }
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(untagged)]
        enum Quantity {
            Pieces(u32),
            Weight(f64),
        }

        let text = r#"{"currency":"EUR","net":67.22,"gross":79.99}"#;
        let price: Price = serde_json::from_str(text).unwrap();
        assert_eq!(price.amounts, Amounts { net: 67.22, gross: Some(79.99) });
        assert_eq!(serde_json::to_string(&price).unwrap(), text);
        let price: Price = serde_json::from_value(json!({ "currency": "EUR", "net": 67.22, "gross": null })).unwrap();
        assert_eq!(price.amounts.gross, None);

        let quantities: Vec<Quantity> = serde_json::from_str("[3, 2.5]").unwrap();
        assert_eq!(quantities, [Quantity::Pieces(3), Quantity::Weight(2.5)]);
    }

    /// With `arbitrary_precision`, numbers keep their text instead.
    #[test]
    fn numbers_are_normalised() {
        assert_eq!(serde_json::from_str::<Value>("[1.10, 1e2]").unwrap().to_string(), "[1.1,100.0]");
        assert_eq!(serde_json::from_str::<Value>("1.10").unwrap(), json!(1.1));
    }

    /// With `preserve_order`, members stay in the order they were written in.
    #[test]
    fn members_are_sorted() {
        assert_eq!(json!({ "z": 1, "a": 2, "m": 3 }).to_string(), r#"{"a":2,"m":3,"z":1}"#);
        let value: Value = serde_json::from_str(r#"{"z":1,"a":2}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"a":2,"z":1}"#);
    }

    /// The library is really part of this build.
    #[test]
    fn contracts_can_be_written() {
        let contract = intact::Contract::between("a user", "somebody")
            .upon_receiving("a request", |i| i.get("/").will_respond_with(200).json(json!({ "price": 79.99 })));
        let pact = contract.pact().unwrap();
        assert_eq!(pact.interactions.len(), 1);
    }
}
