//! The commands that ask a broker or delete from it, against a broker of ours.

mod deletions;
mod downloads;
mod lists;
mod matrix;
mod refusals;
mod states;
mod unknown_names;
