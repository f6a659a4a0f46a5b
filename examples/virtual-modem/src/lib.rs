//! A virtual modem.
