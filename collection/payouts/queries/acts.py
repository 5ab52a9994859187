"""The act of a claim: its lines by category, stage and rate, and both parties, ready to be printed."""

from __future__ import annotations

from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.kernel.words import Words

from ..acts import Act, ActRow, Party, pdf
from ..declarations import DECLARATIONS
from ..models import Claim, Payer

_ROWS = """
SELECT category.name_kk, category.name_ru, category.name_en, line.stage, line.coefficient, line.index_tiyn,
       line.reverses_id IS NOT NULL AS reversal, count(*)::int AS lines_n, sum(line.mass_g)::bigint AS mass_g,
       sum(line.amount_tiyn)::bigint AS amount_tiyn
FROM payouts_accrualline line JOIN waste_category category ON category.code = line.category_id
WHERE line.claim_id = %s
GROUP BY category.code, line.stage, line.coefficient, line.index_tiyn, 7
ORDER BY reversal, category.position, array_position(ARRAY['collection', 'transport', 'recycling', 'whole'], line.stage::text),
         line.index_tiyn, line.coefficient
"""


def act(actor: Actor, claim_id: UUID) -> Act:
    """What the act of a claim says; NotFound for another's. The customer is the payer, or else the operator."""
    claim = Claim.objects.visible_to(actor).filter(pk=claim_id).select_related(
        "contract__organisation", "programme").first()
    if claim is None:
        raise NotFound
    contractor, programme = claim.contract.organisation, claim.programme
    payer = Payer.objects.filter(programme=programme).values_list("name", "identity_number").first() or (
        rows("SELECT name, identity_number FROM accounts_organisation WHERE is_operator ORDER BY created_at LIMIT 1")
        or [{"name": "—", "identity_number": "—"}])[0].values()
    return Act(
        claim.pk, claim.number, claim.state, claim.month, claim.act_number, claim.einvoice_number or "",
        claim.contract.number, Words(programme.name_kk, programme.name_ru, programme.name_en),
        Party(contractor.name, contractor.identity_number), Party(*payer), claim.contract.vat_payer,
        tuple(ActRow(Words(row.pop("name_kk"), row.pop("name_ru"), row.pop("name_en")), **row)
              for row in rows(_ROWS, [claim_id])),
        claim.amount_tiyn, claim.vat_tiyn, DECLARATIONS.get(claim.declaration), claim.submitted_at or claim.created_at)


def act_pdf(actor: Actor, claim_id: UUID) -> bytes:
    """The act as a PDF, in Kazakh and Russian; the same bytes until the claim is filed anew."""
    return pdf(act(actor, claim_id))
