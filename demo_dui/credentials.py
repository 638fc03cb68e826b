"""Secrets: how passwords are kept, how codes and tokens are drawn and compared."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string

_COST, _BLOCK, _LANES = 2**12, 8, 1
"""scrypt, about 5 ms: a demonstration signs in by hundreds; a real one takes 2**16 or more."""
_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def hashed(password: str) -> str:
    """The hash of a password, with its own salt: `scrypt$salt$digest`, in hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_digest(password, salt).hex()}"


def matches(password: str, kept: str) -> bool:
    """Tell whether a password is the one of a hash; the same time is spent when it is not."""
    _, salt, digest = kept.split("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32)


DECOY = hashed(secrets.token_urlsafe(16))
"""A hash that nobody's password matches: an unknown login costs as much time as a known one."""


def same(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def fingerprint(secret: str) -> str:
    """What is kept of a drawn secret (link, recovery code): enough to know it again."""
    return hashlib.sha256(secret.encode()).hexdigest()


def six_digits() -> str:
    """A code to be sent, such as `042317`."""
    return f"{secrets.randbelow(10**6):06d}"


def link_token() -> str:
    """A token for a mailed link: letters alone, so that nothing in it looks like a code."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(40))


def recovery_code() -> str:
    """A recovery code, such as `K7PQ-9XMA-T4RD-H2VE`: 80 bits."""
    drawn = [secrets.choice(_CODE_ALPHABET) for _ in range(16)]
    return "-".join("".join(drawn[start : start + 4]) for start in range(0, 16, 4))


def normalized_recovery_code(typed: str) -> str:
    """A recovery code as typed, in the shape of those drawn."""
    letters = "".join(c for c in typed.upper() if c in _CODE_ALPHABET)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
