"""The run on a terminal: a line a scenario as it ends, then the summary. Plain when piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from harness.model.results import RunReport, ScenarioResult
from harness.model.verdict import ROWS, Verdict
from harness.reporting.console_summary import STYLES, Line, summary_lines
from harness.reporting.scrub import Clean, unchanged, without_matricules
from harness.reporting.wording import SlottedFinding, flat, item_line

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.text import Text

    from harness.reporting.report_writer import ReportPaths

_WORD_WIDTH = max(len(row.word) for row in ROWS.values())


class Console:
    """Prints a run in French. Colours only on a terminal; never fails on a character.

    `stream` is where it prints (standard output by default); `clean` replaces live secrets.
    """

    def __init__(self, stream: TextIO | None = None, clean: Clean = unchanged) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._clean = clean
        self._total = 0
        self._closed = False
        # A console that is not UTF-8 shows a question mark rather than stop the run.
        reconfigure = getattr(self._stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
        self._rich = self._rich_console()

    def begin(self, total: int, target: str) -> None:
        """Say what starts: how many items, against which software."""
        self._total = total
        plural = "s" if total > 1 else ""
        self.say(f"Banc de conformité — cible : {target} — {total} élément{plural}", "bold")

    def scenario_done(self, result: ScenarioResult, index: int) -> None:
        """Say how an item ended; `index` counts from 1."""
        width = len(str(self._total))
        word = ROWS[result.verdict].word
        text = f"[{index:>{width}}/{self._total}] {word:<{_WORD_WIDTH}} {item_line(result)}"
        if result.verdict not in (Verdict.CONFORM, Verdict.NOT_APPLICABLE) and result.reason:
            text += f" — {flat(result.reason)}"
        self.say(text, STYLES[result.verdict])

    def summary(self, report: RunReport, paths: ReportPaths | None, exit_code: int) -> None:
        """Print every count, every non-conformity in four slots, and where the reports are."""
        for line in summary_lines(report, paths, exit_code):
            self._line(line)

    def say(self, text: str, style: str = "") -> None:
        """Print one line, without secrets, with matricules shortened."""
        self._line(Line(text, style))

    def _line(self, line: Line) -> None:
        if self._closed:
            return
        try:
            self._print(self._safe(line.text), line)
        except BrokenPipeError:
            # The reader went away (`banc run … | head`): the run itself goes on.
            self._closed = True

    def _print(self, text: str, line: Line) -> None:
        if self._rich is not None:
            self._rich.print(self._styled(text, line), soft_wrap=True)
            return
        try:
            self._stream.write(f"{text}\n")
        except UnicodeEncodeError:
            encoding = self._stream.encoding or "ascii"
            self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()

    def _safe(self, text: str) -> str:
        cleaned = self._clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        shown = without_matricules(cleaned)
        return "".join(char if char.isprintable() else f"\\x{ord(char):02X}" for char in shown)

    def _styled(self, text: str, line: Line) -> Text:
        from rich.text import Text

        # A Text is never parsed as markup: vendor brackets stay brackets.
        styled = Text(text, style=line.style)
        if line.slots:
            for words, style in self._emphasis(line.slots):
                styled.highlight_words([self._safe(words)], style)
        return styled

    @staticmethod
    def _emphasis(slots: SlottedFinding) -> list[tuple[str, str]]:
        pairs = [(flat(slots.finding.at), "bold"), (flat(slots.finding.hint), "italic")]
        return [(words, style) for words, style in pairs if words]

    def _rich_console(self) -> RichConsole | None:
        try:
            terminal = self._stream.isatty()
        except ValueError:
            terminal = False
        if not terminal:
            return None
        from rich.console import Console as RichConsole

        return RichConsole(file=self._stream, highlight=False, emoji=False, markup=False)
