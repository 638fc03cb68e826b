"""Rules on the traces that the software keeps of accesses, changes, calls and exchanges (TRA-…)."""
