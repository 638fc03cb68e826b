"""Rules on FHIR resources: the FR Core Patient that carries an INS (family FR-PAT)."""
