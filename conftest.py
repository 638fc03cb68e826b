"""Wiring only: loads the plugin of the banc."""

pytest_plugins = ["harness.plugin"]
