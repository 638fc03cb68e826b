"""Rules on the data taken from the Annuaire Santé: users, correspondants, mailboxes (ANU-…)."""
