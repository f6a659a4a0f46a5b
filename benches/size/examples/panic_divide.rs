//! Must be found by `run.sh panic`: a division by zero.
#![no_std]
#![no_main]

use wwan_size::{put, word};

wwan_size::probe!({
    put(1000 / word());
});
