"""What the claim as a whole must have: act, e-invoice, and a plant that did not sell what it never made."""

from __future__ import annotations

from collection.kernel.words import Words

from .facts import ClaimFacts
from .registry import Numbers, claim_rule


@claim_rule("block",
       Words("Акт нөмірі жоқ", "Нет номера акта", "The act's number is missing"),
       cure=Words("Акт нөмірін енгізіңіз", "Укажите номер акта", "Enter the act's number"),
       source="Programme rules: act of work done")
def act_missing(facts: ClaimFacts) -> Numbers | None:
    return None if facts.act_number else {}


@claim_rule("block",
       Words("ЭШФ нөмірі жоқ", "Нет номера ЭСФ", "The e-invoice number is missing"),
       cure=Words("ЭШФ нөмірін енгізіңіз", "Укажите номер ЭСФ", "Enter the e-invoice number"),
       source="Tax code: electronic invoice (ЭСФ)")
def einvoice_missing(facts: ClaimFacts) -> Numbers | None:
    return None if facts.einvoice_number else {}


@claim_rule("block",
       Words("ЭШФ нөмірі басқа құжатта тұр", "Номер ЭСФ стоит на другом документе",
             "The e-invoice number stands on another document"),
       cure=Words("Осы өтінімнің өз ЭШФ-ын беріңіз", "Выпишите отдельный ЭСФ", "Issue an e-invoice of its own"),
       source="Tax code: one electronic invoice for one supply")
def einvoice_reused(facts: ClaimFacts) -> Numbers | None:
    return {"einvoice_number": facts.einvoice_number} if facts.einvoice_elsewhere else None


@claim_rule("block",
       Words("Өндірілгеннен көп сатылған", "Продано больше, чем произведено", "More product was sold than was made"),
       cure=Words("Массалар теңгерімін түзетіңіз", "Исправьте баланс масс", "Correct the mass balance"),
       source="Mass balance of the plant")
def negative_stock(facts: ClaimFacts) -> Numbers | None:
    short = [{"category": one.category, "material": one.material, "made_g": one.made_g, "sold_g": one.sold_g}
             for one in facts.stocks if one.sold_g > one.made_g]
    return {"stocks": short} if short else None
