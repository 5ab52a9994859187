"""Does the paper in my hand hold? Where the QR code of a certificate leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.v1.certificates.views import told
from collection.custody import queries
from collection.kernel.refusals import NotFound

from .page import Page


class Check(Page):
    """What a certificate says and whether it holds now; a code that nobody was given says so."""

    template = "check.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        code = str(of["code"]).upper()
        try:
            found = told(queries.certificate_by_code(code))
        except NotFound:
            return {"code": code, "found": None}
        sums = {name: sum(line[name] for line in found["lines"]) for name in ("loads", "collected_g", "received_g", "recycled_g")}
        return {"code": code, "found": found, "sums": sums}
