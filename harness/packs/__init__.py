"""Official packs loaded by path at run time: FHIR packages (StructureDefinitions, value sets)."""
