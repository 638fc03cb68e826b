"""Tables of the life of accounts, in the database of the store."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    login TEXT PRIMARY KEY, email TEXT, email_verified INTEGER, phone TEXT,
    phone_verified INTEGER, password TEXT, password_at REAL, password_privileged INTEGER,
    factor TEXT, factor_secret TEXT, factor_at REAL, revoked TEXT, identity_check TEXT);
CREATE TABLE IF NOT EXISTS professional (
    id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT UNIQUE, national_id TEXT,
    exercise_name TEXT, exercise_given_name TEXT, profession TEXT, speciality TEXT,
    category TEXT, mailboxes TEXT, local TEXT, origin TEXT, updated_at TEXT);
CREATE INDEX IF NOT EXISTS professional_national_id ON professional (national_id);
CREATE TABLE IF NOT EXISTS past_password (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT, password TEXT);
CREATE TABLE IF NOT EXISTS recovery_code (
    login TEXT, fingerprint TEXT, used_at REAL, PRIMARY KEY (login, fingerprint));
CREATE TABLE IF NOT EXISTS used_step (device TEXT, step INTEGER, PRIMARY KEY (device, step));
CREATE TABLE IF NOT EXISTS mailed_link (
    fingerprint TEXT PRIMARY KEY, login TEXT, purpose TEXT, until REAL, used_at REAL);
CREATE TABLE IF NOT EXISTS failure (
    login TEXT, factor TEXT, count INTEGER, locked_until REAL, PRIMARY KEY (login, factor));
"""
TABLES = (
    "person",
    "professional",
    "past_password",
    "recovery_code",
    "used_step",
    "mailed_link",
    "failure",
)
