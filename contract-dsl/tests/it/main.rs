//! Contract tests, as their authors write them.

mod accepting;
mod building;
mod running;
