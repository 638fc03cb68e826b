"""Rules on the data that the software takes from the Annuaire Santé (ANU-…)."""
