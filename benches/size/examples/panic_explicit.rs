//! Must be found by `run.sh panic`: a panic by name.
#![no_std]
#![no_main]

use wwan_size::word;

wwan_size::probe!({
    assert!(word() > 1);
});
