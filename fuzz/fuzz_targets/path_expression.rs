#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| intact_fuzz::path_expression(data));
