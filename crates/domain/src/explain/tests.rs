//! Lines add up to contributions, contributions to engagement, engagement to intent points.
