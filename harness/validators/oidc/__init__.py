"""Rules on the calls of a target to Pro Santé Connect and on what it accepts back (PSC-…)."""
