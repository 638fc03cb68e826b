"""Rules that judge captured artefacts: pure functions over the check record.

One folder per format; `reader.py` parses, `rules_<topic>.py` judges. Nothing here knows of
pytest, of sockets or of Allure.
"""

from harness.model.check import Check
from harness.model.finding import Finding, Level
from harness.validators.engine import rule

__all__ = ["Check", "Finding", "Level", "rule"]
