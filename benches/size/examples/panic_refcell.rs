//! Must be found by `run.sh panic`: a cell borrowed twice.
#![no_std]
#![no_main]

use wwan_size::{put, word};

wwan_size::probe!({
    let cell = core::cell::RefCell::new(word());
    let first = (word() > 1).then(|| cell.borrow_mut());
    put(*cell.borrow());
    drop(first);
});
