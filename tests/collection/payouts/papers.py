"""An act that nobody signed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from collection.kernel.words import Words
from collection.payouts.acts import Act, Party
from tests import cast

ACT = Act(claim_id=UUID(int=7), claim_number=42, state="draft", month=date(2026, 3, 1), number="", einvoice_number="",
          contract_number="Ш-1", programme=Words("Бағдарлама", "Программа", "Programme"),
          contractor=Party("ТОО «Әл-Фараби»", "900115300017"), customer=Party("АО «Оператор»", "180240015138"),
          vat_payer=False, rows=(), amount_tiyn=0, vat_tiyn=0, declaration=None, at=cast.AT)
