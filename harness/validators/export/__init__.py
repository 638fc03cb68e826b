"""Rules on a portability export: the archive that the target gives, and what documents it."""
