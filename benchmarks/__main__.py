"""`./banc bench`: runs every benchmark and prints medians and ratios, as text or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

Measure = Callable[[], dict[str, Any]]


def _measures() -> dict[str, Measure]:
    from benchmarks import (
        collection,
        fhir_bundle,
        insi_calls,
        mdm_message,
        pam_message,
        psc_sign_ins,
        start_up,
        trace_set,
    )

    return {
        "pam_message_all_rules": pam_message.measure,
        "mdm_with_its_cda_all_rules": mdm_message.measure,
        "fhir_bundle_all_rules": fhir_bundle.measure,
        "insi_call_judged_and_recorded": insi_calls.measure,
        "psc_sign_in_recorded": psc_sign_ins.measure,
        "million_traces_as_a_stream": trace_set.measure,
        "scenario_collection": collection.measure,
        "banc_help": start_up.measure,
    }


def main() -> int:
    """Run the benchmarks named on the command line, all of them by default."""
    measures = _measures()
    parser = argparse.ArgumentParser(prog="banc bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="sortie pour une machine")
    parser.add_argument("names", nargs="*", metavar="NOM", help=", ".join(measures))
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in measures]
    if unknown:
        parser.error(f"mesure inconnue : {', '.join(unknown)} ; connues : {', '.join(measures)}")
    results: dict[str, dict[str, Any]] = {}
    for name in options.names or measures:
        print(f"{name}…", file=sys.stderr, flush=True)
        results[name] = measures[name]()
    if options.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
        return 0
    for name, one in results.items():
        extras = ", ".join(f"{k} {v}" for k, v in one.items() if k not in _SHAPE)
        print(
            f"{name:32} {one['median_ms']:8.2f} ms · {one['baseline']} {one['baseline_ms']:.2f} ms"
            f" · rapport {one['ratio']:.2f}" + (f" · {extras}" if extras else "")
        )
    return 0


_SHAPE = {"median_ms", "baseline", "baseline_ms", "ratio"}

if __name__ == "__main__":
    sys.exit(main())
