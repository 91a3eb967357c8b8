//! Server-rendered pages over the engine.
