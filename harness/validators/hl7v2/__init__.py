"""Rules on HL7 v2 messages: PAM France (ADT), CDA transport (MDM, ORU, ZAM), acknowledgements."""
