"""Read a printed document: the bytes of a PDF become text and bar codes, page by page.

Pages are drawn by pdfium and searched by zxing-cpp. Nothing is fetched, no script is run, no form
is filled. Limits keep a hostile file from taking the machine: 20 MB, 20 pages, 36 Mpx a page.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.model.artefact import Artefact
from harness.model.problems import Unreadable
from harness.validators.datamatrix.content import InsContent, content_text, ins_content
from harness.validators.screen.reader import plain

if TYPE_CHECKING:
    from PIL.Image import Image

PDF_MEDIA_TYPE = "application/pdf"
MAX_BYTES = 20_000_000
MAX_PAGES = 20
MAX_PIXELS = 36_000_000
DRAWN_DPI = 300
"""A DataMatrix of 10 mm is read from 200 dpi on; 300 leaves a margin for dense ones."""
POINTS_PER_INCH = 72
MM_PER_POINT = 25.4 / POINTS_PER_INCH
WORDS = "INS à scanner"
_LINE_END_HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-", "\x00": None})
_PDFIUM = threading.RLock()
"""pdfium is not thread-safe: one document at a time."""

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A DataMatrix as decoded. `columns` × `rows` are its modules, 0 when the decoder is silent."""

    page: int
    """Number of its page, from 1."""
    content: str
    ecc200: bool
    columns: int
    rows: int
    side_mm: float
    """Length of its longest side."""
    quiet: bool
    """True when a margin of one module around it is free of ink."""
    words_mm: float | None
    """Distance to the nearest words « INS à scanner »; None when the page does not bear them."""
    ins: InsContent | None
    """Its content read as a DataMatrix INS; None when it is a code of another kind."""


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page: its text in reading order, lines kept, and its bar codes."""

    number: int
    text: str
    symbols: tuple[Symbol, ...]
    other_codes: tuple[str, ...]
    """Contents of the bar codes of other kinds; searched only when no DataMatrix INS is there."""


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """A PDF, read whole."""

    name: str
    pages: tuple[PrintedPage, ...]

    @property
    def text(self) -> str:
        """Return the text of every page. Raises `Unreadable` when the PDF has none.

        A scanned picture has no text: nothing can be said of the words that it shows.
        """
        whole = "\n".join(page.text for page in self.pages)
        if not whole.strip():
            raise Unreadable(
                f"{self.name} : ce PDF ne contient aucun texte (document numérisé ?) ; imprimez en "
                "PDF depuis le logiciel, ou faites relire la pièce par une personne"
            )
        return whole

    @property
    def has_text(self) -> bool:
        """Say whether a page bears text."""
        return any(page.text.strip() for page in self.pages)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Return every DataMatrix, in the order of the pages."""
        return tuple(symbol for page in self.pages for symbol in page.symbols)

    @property
    def ins_symbols(self) -> tuple[Symbol, ...]:
        """Return each DataMatrix that is one of the INS."""
        return tuple(symbol for symbol in self.symbols if symbol.ins is not None)


def read_print(artefact: Artefact) -> PrintedDocument:
    """Read a PDF. Raises `Unreadable` when it is damaged, locked, empty or beyond the limits."""
    with _opened(artefact) as document:
        pages = tuple(_page(document, index) for index in range(len(document)))
    return PrintedDocument(artefact.name, pages)


def page_pictures(artefact: Artefact, dpi: int, pages: int) -> bytes:
    """Return the first pages as one PNG picture, one below the other, in shades of grey.

    Raises what `read_print` raises.
    """
    import io

    from PIL import Image

    with _opened(artefact) as document:
        drawn = [_drawn(document[i], dpi)[0] for i in range(min(pages, len(document)))]
    whole = Image.new("L", (max(p.width for p in drawn), sum(p.height for p in drawn)), 255)
    top = 0
    for picture in drawn:
        whole.paste(picture, (0, top))
        top += picture.height
    stream = io.BytesIO()
    whole.quantize(16).save(stream, "PNG", optimize=True)
    return stream.getvalue()


@contextmanager
def _opened(artefact: Artefact) -> Iterator[Any]:
    import pypdfium2

    name, content = artefact.name, artefact.content
    if b"%PDF-" not in content[:1024]:
        raise Unreadable(f"{name} : ce n'est pas un PDF (il commence par {content[:8]!r})")
    if len(content) > MAX_BYTES:
        raise Unreadable(f"{name} : PDF de plus de {MAX_BYTES // 10**6} Mo ; imprimez moins")
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            locked = "assword" in str(error)
            advice = (
                "il est protégé par un mot de passe ; imprimez-le sans protection"
                if locked
                else "il est abîmé ou incomplet ; imprimez-le de nouveau"
            )
            raise Unreadable(f"{name} : ce PDF ne peut pas être lu, {advice}") from error
        try:
            if not 0 < len(document) <= MAX_PAGES:
                raise Unreadable(
                    f"{name} : {len(document)} pages ; de 1 à {MAX_PAGES} pages sont lues"
                )
            yield document
        except pypdfium2.PdfiumError as error:
            raise Unreadable(f"{name} : une page de ce PDF ne peut pas être lue") from error
        finally:
            document.close()


def _text(textpage: Any) -> str:
    text: str = textpage.get_text_bounded()
    return text.translate(_LINE_END_HYPHENS).replace("\r\n", "\n").replace("\r", "\n")


def _drawn(page: Any, dpi: int) -> tuple[Image, Any]:
    """Return the page in shades of grey and the converter of its pixels to points."""
    width, height = page.get_size()
    scale = dpi / POINTS_PER_INCH
    pixels = max(width * height, 1.0) * scale * scale
    if pixels > MAX_PIXELS:
        scale *= math.sqrt(MAX_PIXELS / pixels)
    bitmap = page.render(scale=scale, grayscale=True)
    return bitmap.to_pil(), bitmap.get_posconv(page)


def _page(document: Any, index: int) -> PrintedPage:
    page = document[index]
    textpage = page.get_textpage()
    picture, points = _drawn(page, DRAWN_DPI)
    text, places = _text(textpage), _word_places(textpage)
    announced = plain(WORDS) in plain(text)
    read = _decoded(picture, "DataMatrix")
    symbols = tuple(
        _symbol(index + 1, code, picture, points, places, announced and len(read) == 1)
        for code in read
    )
    others: tuple[str, ...] = ()
    if not any(symbol.ins for symbol in symbols):
        found = _decoded(picture, "QRCode", "Aztec", "PDF417", "Code128")
        others = tuple(content_text(code.bytes) for code in found)
    return PrintedPage(index + 1, text, symbols, others)


def _decoded(picture: Image, *formats: str) -> list[Any]:
    import zxingcpp

    wanted = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in formats])
    return list(zxingcpp.read_barcodes(picture, formats=wanted))


def _symbol(
    page: int,
    code: Any,
    picture: Image,
    points: Any,
    places: list[tuple[float, ...]],
    announced: bool,
) -> Symbol:
    columns, _, rows = str(code.extra.get("Version", "")).partition("x")
    size = (int(columns), int(rows)) if columns.isdecimal() and rows.isdecimal() else (0, 0)
    corners = [
        (float(one.x), float(one.y))
        for one in (
            code.position.top_left,
            code.position.top_right,
            code.position.bottom_right,
            code.position.bottom_left,
        )
    ]
    on_page = [points.to_page(round(x), round(y)) for x, y in corners]
    side = max(math.dist(on_page[0], on_page[1]), math.dist(on_page[1], on_page[2]))
    text = content_text(code.bytes)
    return Symbol(
        page=page,
        content=text,
        ecc200=code.symbology_identifier[:2] == "]d" and code.symbology_identifier[2:3] != "0",
        columns=size[0],
        rows=size[1],
        side_mm=side * MM_PER_POINT,
        quiet=_is_quiet(picture, corners, size),
        words_mm=min((_gap(on_page, place) for place in places), default=None),
        ins=ins_content(text, announced=announced),
    )


def _word_places(textpage: Any) -> list[tuple[float, ...]]:
    """Return the rectangles (left, bottom, right, top, in points) of « INS à scanner »."""
    places: list[tuple[float, ...]] = []
    search = textpage.search(WORDS)
    while found := search.get_next():
        index, count = found
        rects = [textpage.get_rect(rank) for rank in range(textpage.count_rects(index, count))]
        places += rects
    return places


def _gap(corners: list[Corner], place: tuple[float, ...]) -> float:
    """Return the distance in mm between a symbol and a rectangle, 0 when they touch."""
    left, bottom, right, top = place
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    across = max(left - max(xs), min(xs) - right, 0.0)
    along = max(bottom - max(ys), min(ys) - top, 0.0)
    return math.hypot(across, along) * MM_PER_POINT


_QUIET_STEPS = (0.5, 0.65, 0.8)
"""Distances from the symbol, in modules: a corner is known to a fraction of a module only."""


def _is_quiet(picture: Image, corners: list[Corner], size: tuple[int, int]) -> bool:
    """Say whether the ring of one module around a symbol is as light as paper.

    Points are taken along the four sides, outwards, whatever the angle. Beyond the page is paper.
    """
    columns, rows = size
    if not columns or not rows:
        return True
    inside = picture.crop(
        (
            math.floor(min(x for x, _ in corners)),
            math.floor(min(y for _, y in corners)),
            math.ceil(max(x for x, _ in corners)) + 1,
            math.ceil(max(y for _, y in corners)) + 1,
        )
    )
    darkest, lightest = inside.getextrema()
    threshold = (float(str(darkest)) + float(str(lightest))) / 2
    sides = zip(corners, [*corners[1:], corners[0]], (columns, rows, columns, rows), strict=True)
    return not any(
        _value(picture, point) < threshold
        for start, end, modules in sides
        for point in _outside(start, end, modules)
    )


def _outside(start: Corner, end: Corner, modules: int) -> Iterator[Corner]:
    """Yield points outside the side from `start` to `end` (corners are given clockwise)."""
    along = ((end[0] - start[0]) / modules, (end[1] - start[1]) / modules)
    outwards = (along[1], -along[0])
    for step in _QUIET_STEPS:
        for half in range(1, 2 * modules):
            yield (
                start[0] + along[0] * half / 2 + outwards[0] * step,
                start[1] + along[1] * half / 2 + outwards[1] * step,
            )


def _value(picture: Image, point: Corner) -> float:
    x, y = round(point[0]), round(point[1])
    if not (0 <= x < picture.width and 0 <= y < picture.height):
        return 255.0
    return float(str(picture.getpixel((x, y))))
