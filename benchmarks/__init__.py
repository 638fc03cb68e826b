"""Timings, always beside a baseline measured in the same run: `./banc bench [--json]`."""
