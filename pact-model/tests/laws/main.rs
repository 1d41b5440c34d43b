//! Laws of reading, writing, converting and merging, over pacts made up by chance.

mod conversion;
mod made_up;
mod merging;
mod round_trip;
mod sprinkle;

use proptest::prelude::ProptestConfig;

/// So many cases, unless `PROPTEST_CASES` asks for a number.
fn cases(usually: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: usually, ..usual } }
}
