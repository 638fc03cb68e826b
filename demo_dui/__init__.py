"""A small, real DUI: the embedded software under test, in its own process, with seeded faults."""
