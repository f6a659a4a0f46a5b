//! Must be found by `run.sh panic`: a range of a slice.
#![no_std]
#![no_main]

use wwan_size::word;

wwan_size::probe!({
    let mut buf = [0; 8];
    let bytes = wwan_size::bytes(&mut buf);
    wwan_size::put_bytes(&bytes[word() as usize..]);
});
