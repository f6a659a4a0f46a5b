//! Must be found by `run.sh panic`: a result that must not fail.
#![no_std]
#![no_main]

use wwan_size::{put, word};

wwan_size::probe!({
    put(u8::try_from(word()).expect("a small number").into());
});
