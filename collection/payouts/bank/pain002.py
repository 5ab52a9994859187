"""ISO 20022 pain.002.001, the payment status report: what the bank did with each order of a register.

| status | meaning |
| --- | --- |
| ACSC, ACCC | settled: paid |
| RJCT | rejected, with a reason; of the group or the batch: all of its orders |
| ACTC, ACCP, ACSP, ACWC, RCVD, PDNG, PART | on its way: no answer yet |

Documents with a DTD or entities are refused unread; the message's own id must be the register's.
"""

from __future__ import annotations

import re
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .values import MAX_ROWS, Answer, Fault, Report

NAMESPACE = re.compile(r"\{(urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.\d{2})\}Document")
PAID = ("ACSC", "ACCC")
PENDING = ("ACTC", "ACCP", "ACSP", "ACWC", "RCVD", "PDNG", "PART")
HEX = re.compile(r"[0-9a-f]{32}")


def read(data: bytes, *, message: str) -> Report:
    """Every answer, or every fault: `not_xml`, `not_pain_002`, `other_message`, `too_many_rows`, `no_rows`, and for a row
    `order_id_invalid`, `status_unknown`.
    """
    try:
        document = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return Report((), (Fault(0, "", "not_xml"),))
    named = NAMESPACE.fullmatch(document.tag)
    if named is None:
        return Report((), (Fault(0, "", "not_pain_002"),))
    names = {"p": named[1]}
    group = document.find("p:CstmrPmtStsRpt/p:OrgnlGrpInfAndSts", names)
    if group is None or _text(group, "p:OrgnlMsgId", names) != message:
        return Report((), (Fault(0, "OrgnlMsgId", "other_message", {"expected": message}),))
    batches = document.findall("p:CstmrPmtStsRpt/p:OrgnlPmtInfAndSts", names)
    rows = [one for batch in batches for one in batch.findall("p:TxInfAndSts", names)]
    refused = next((one for one, status in ((group, "p:GrpSts"), *((batch, "p:PmtInfSts") for batch in batches))
                    if _text(one, status, names) == "RJCT"), None)
    if len(rows) > MAX_ROWS:
        return Report((), (Fault(0, "", "too_many_rows", {"max": MAX_ROWS}),))
    if not rows and refused is not None:
        return Report((), (), all_rejected=_reason(refused, names) or "RJCT")
    if not rows:
        return Report((), (Fault(0, "", "no_rows"),))
    return _answers(rows, names)


def _answers(rows: list[Element], names: dict[str, str]) -> Report:
    answers, faults, pending = [], [], 0
    for n, one in enumerate(rows, 1):
        order, status = _text(one, "p:OrgnlEndToEndId", names), _text(one, "p:TxSts", names)
        if HEX.fullmatch(order) is None:
            faults.append(Fault(n, "OrgnlEndToEndId", "order_id_invalid", {"given": order[:40]}))
        if status not in (*PAID, *PENDING, "RJCT"):
            faults.append(Fault(n, "TxSts", "status_unknown", {"given": status[:10]}))
        elif status in PENDING:
            pending += 1
        elif HEX.fullmatch(order):
            paid = status in PAID
            answers.append(Answer(n, UUID(order), paid, _text(one, "p:AcctSvcrRef", names)[:60] or None if paid else None,
                                  "" if paid else _reason(one, names)))
    return Report((), tuple(faults)) if faults else Report(tuple(answers), (), pending)


def _reason(of: Element, names: dict[str, str]) -> str:
    """`AC04: account closed`: the reason's code and the bank's own words."""
    said = of.find("p:StsRsnInf", names)
    if said is None:
        return ""
    code = _text(said, "p:Rsn/p:Cd", names) or _text(said, "p:Rsn/p:Prtry", names)
    words = " ".join(one.text.strip() for one in said.findall("p:AddtlInf", names) if one.text)
    return ": ".join(part for part in (code, words) if part)[:200]


def _text(of: Element, path: str, names: dict[str, str]) -> str:
    found = of.find(path, names)
    return (found.text or "").strip() if found is not None else ""
