"""Rules of behaviour on identities (family IDN), judged on relevés. See docs/regles.md."""
