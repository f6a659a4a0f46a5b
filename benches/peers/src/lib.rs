//! Other implementations beside ours, measured on the same bytes. See `benches/`.
