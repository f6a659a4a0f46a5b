//! Must be found by `run.sh panic`: an unwrapped option.
#![no_std]
#![no_main]

use wwan_size::{put, word};

wwan_size::probe!({
    put(word().checked_sub(1).unwrap());
});
