"""Rules on screens (family IHM), judged on the relevé of a page. See docs/regles.md."""
