//! The actors: one per active account, group commit, timers and the live index.
