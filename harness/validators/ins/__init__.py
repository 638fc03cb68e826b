"""The INS itself: the matricule's arithmetic and the lexical rules of its traits."""
