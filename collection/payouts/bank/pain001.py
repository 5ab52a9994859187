"""ISO 20022 pain.001.001.09: one message, one payment information, one transfer for each order.

Kazakhstan's banks know each other by the three digits that an IBAN carries after its check digits, so the creditor's bank
is given as a clearing member; the purpose is the payment's КНП. Texts are cut where the schema ends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from collection.kernel.calendar import ALMATY, almaty_date
from collection.kernel.money import CURRENCY, tenge_text

from .values import Debtor, RegisterFile, Transfer

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MEDIA_TYPE = "application/xml"


def message_id(number: int, register_id: Any) -> str:
    """What the bank's answer names the message by: at most 35 characters."""
    return f"R{number}-{register_id.hex[:20]}"


def written(register: RegisterFile) -> bytes:
    """The register as one XML message, UTF-8."""
    document = Element("Document", xmlns=NAMESPACE)
    total = tenge_text(register.amount_tiyn)
    count = str(len(register.transfers))
    started = SubElement(document, "CstmrCdtTrfInitn")
    _fill(started, {"GrpHdr": {
        "MsgId": message_id(register.number, register.register_id),
        "CreDtTm": register.at.astimezone(ALMATY).isoformat(timespec="seconds"), "NbOfTxs": count, "CtrlSum": total,
        "InitgPty": _party(register.debtor.name, register.debtor.identity_number, is_person=False)}})
    batch = SubElement(started, "PmtInf")
    _fill(batch, {
        "PmtInfId": f"R{register.number}", "PmtMtd": "TRF", "NbOfTxs": count, "CtrlSum": total,
        "ReqdExctnDt": {"Dt": almaty_date(register.at).isoformat()}} | _debtor(register.debtor))
    for one in register.transfers:
        _transfer(SubElement(batch, "CdtTrfTxInf"), one, register.debtor.purpose)
    return tostring(document, encoding="UTF-8", xml_declaration=True)


def _debtor(debtor: Debtor) -> dict[str, Any]:
    return {"Dbtr": _party(debtor.name, debtor.identity_number, is_person=False),
            "DbtrAcct": {"Id": {"IBAN": debtor.iban}, "Ccy": CURRENCY},
            "DbtrAgt": {"FinInstnId": {"BICFI": debtor.bic}}}


def _transfer(into: Element, one: Transfer, purpose: str) -> None:
    _fill(into, {"PmtId": {"InstrId": str(one.claim_number), "EndToEndId": one.order_id.hex}})
    amount = SubElement(SubElement(into, "Amt"), "InstdAmt", Ccy=CURRENCY)
    amount.text = str(Decimal(tenge_text(one.amount_tiyn)))
    _fill(into, {
        "CdtrAgt": {"FinInstnId": {"ClrSysMmbId": {"MmbId": one.iban[4:7]}}},
        "Cdtr": _party(one.payee, one.identity_number, is_person=one.is_person),
        "CdtrAcct": {"Id": {"IBAN": one.iban}},
        "Purp": {"Prtry": purpose},
        "RmtInf": {"Ustrd": f"Договор {one.contract_number}, заявка {one.claim_number}, акт {one.act_number}"[:140]}})


def _party(name: str, identity_number: str, *, is_person: bool) -> dict[str, Any]:
    return {"Nm": name[:140], "Id": {"PrvtId" if is_person else "OrgId": {"Othr": {"Id": identity_number}}}}


def _fill(into: Element, values: Mapping[str, Any]) -> None:
    """Nested values as elements, in their order: the schema's."""
    for name, value in values.items():
        child = SubElement(into, name)
        if isinstance(value, Mapping):
            _fill(child, value)
        else:
            child.text = value
