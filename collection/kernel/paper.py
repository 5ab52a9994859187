"""A printed sheet: PDF on A4 in a font with every Kazakh letter, the same bytes for the same content.

Two languages stand side by side as two columns or one under the other; what is said of a paper stands in its footer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

WIDTH = 180.0  # mm between the margins


@cache
def fonts() -> Path:
    """Where matplotlib keeps its DejaVu fonts; nothing of it is imported."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise RuntimeError("matplotlib, whose fonts papers are printed in, is not installed.")
    return Path(found.origin).parent / "mpl-data/fonts/ttf"


class Sheet(FPDF):
    """A paper with a title. `at` stands in the file as its date, so that printing it again changes nothing."""

    def __init__(self, title: str, *, at: datetime, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_margins(15, 15, 15)
        self.set_auto_page_break(True, margin=20)
        for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font("DejaVu", style, fonts() / file)
        self.set_title(title)
        self.set_lang("kk")
        self.set_creation_date(at)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("DejaVu", size=7)
        self.cell(WIDTH - 20, 5, self.foot)
        self.cell(20, 5, f"{self.page_no()} / {{nb}}", align="R")

    def line_of(self, text: str, *, size: float = 9, bold: bool = False, align: str = "L", gap: float = 0) -> None:
        """One paragraph over the whole width, `gap` mm below the one before."""
        if gap:
            self.ln(gap)
        self.set_font("DejaVu", "B" if bold else "", size)
        self.multi_cell(WIDTH, size * 0.5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def beside(self, left: str, right: str, *, size: float = 8, gap: float = 2) -> None:
        """The same thing in two languages, side by side."""
        self.ln(gap)
        self.set_font("DejaVu", size=size)
        top, page, half = self.get_y(), self.page, WIDTH / 2 - 2
        self.multi_cell(half, size * 0.5, left, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        bottom = self.get_y()
        if self.page == page:
            self.set_xy(self.l_margin + half + 4, top)
        self.multi_cell(half, size * 0.5, right, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(max(bottom, self.get_y()))

    def rows_of(self, head: Sequence[str], body: Sequence[Sequence[str]], *, widths: Sequence[int], align: Sequence[str],
                totals: int = 0, size: float = 7.5) -> None:
        """A table whose head is repeated on every page; the last `totals` rows are printed bold."""
        self.ln(3)
        self.set_font("DejaVu", size=size)
        bold = FontFace(emphasis="BOLD")
        with self.table(col_widths=tuple(widths), text_align=tuple(align), borders_layout=TableBordersLayout.ALL,
                        headings_style=FontFace(emphasis="BOLD", fill_color=(235, 235, 235)), line_height=size * 0.55,
                        padding=0.8) as table:
            table.row(list(head))
            for n, one in enumerate(body):
                table.row(list(one), style=bold if n >= len(body) - totals else None)

    def printed(self) -> bytes:
        return bytes(self.output())
