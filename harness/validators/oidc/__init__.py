"""Rules on sign-in by Pro Santé Connect: calls captured, and what each sign-in opened (PSC-…)."""
