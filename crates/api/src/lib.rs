//! The HTTP API: JSON, live events, OpenAPI.
