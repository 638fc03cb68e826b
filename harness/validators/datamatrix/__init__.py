"""Rules on printed identities: the DataMatrix INS (DM) and the text around it (IMP).

See docs/regles.md.
"""
