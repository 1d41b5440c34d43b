#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| intact_fuzz::date_expression(data));
