//! Real peers as judges of the virtual modem and of the host: what the tests share.
