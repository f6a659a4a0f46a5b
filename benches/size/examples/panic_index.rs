//! Must be found by `run.sh panic`: an index.
#![no_std]
#![no_main]

use wwan_size::{put, word};

wwan_size::probe!({
    let table = [1, 2, 3];
    put(table[word() as usize]);
});
