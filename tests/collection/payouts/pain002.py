"""A bank that answers in pain.002.001."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape


def report(message: str, rows: Sequence[tuple[str, str, str, str, str]], *, edition: str = "10", group: str = "") -> bytes:
    """`rows`: end-to-end id, status, the bank's reference, the reason's code and its words."""
    status = (f"<GrpSts>{group}</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn><AddtlInf>wrong file</AddtlInf></StsRsnInf>"
              if group else "")
    told = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{escape(order)}</OrgnlEndToEndId><TxSts>{state}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{escape(words)}</AddtlInf></StsRsnInf>" if code else "")
        + (f"<AcctSvcrRef>{escape(reference)}</AcctSvcrRef>" if reference else "") + "</TxInfAndSts>"
        for order, state, reference, code, words in rows)
    batch = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>R</OrgnlPmtInfId>{told}</OrgnlPmtInfAndSts>" if rows else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{edition}">'
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>B-1</MsgId><CreDtTm>2026-03-02T12:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{status}</OrgnlGrpInfAndSts>"
        f"{batch}</CstmrPmtStsRpt></Document>").encode()
