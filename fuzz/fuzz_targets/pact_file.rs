#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| intact_fuzz::pact_file(data));
