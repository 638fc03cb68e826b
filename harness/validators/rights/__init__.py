"""Rules on rights: what a profile that lacks a right can reach (AUT-…)."""
