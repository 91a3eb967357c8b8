//! The engine over a real embedded store, with a manual clock.

mod house;
mod life;
