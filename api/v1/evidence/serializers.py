"""The dossier of a company, in sections."""

from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Month, Reply
from api.v1.auth.serializers import OrganisationReply
from api.v1.claims.serializers import ClaimReply
from api.v1.contracts.serializers import ContractReply
from api.v1.ledger.serializers import AccountReply
from collection.contracts.states import STAGES


class DossierContractReply(ContractReply):
    allowed_actions = None
    currency = None


class DossierClaimReply(ClaimReply):
    allowed_actions = None
    currency = None


class DossierAccountReply(AccountReply):
    currency = None


class MeansReply(Reply):
    kind = serializers.CharField(help_text="base, facility, scale or vehicle")
    name = serializers.CharField(help_text="of a vehicle the plate, of a scale the serial number")
    since = serializers.DateTimeField()
    until = serializers.DateField(allow_null=True, help_text="the last day of a scale's certificate")
    retired_at = serializers.DateTimeField(allow_null=True)


class MonthOfLoadsReply(Reply):
    """Five tonnages side by side, each on its own date; they are never added together."""

    part = serializers.CharField(help_text="what the company was: collector, generator or recycler")
    month = Month()
    category = serializers.CharField()
    loads_n = serializers.IntegerField()
    declared_g = serializers.IntegerField()
    collected_g = serializers.IntegerField()
    received_g = serializers.IntegerField()
    recycled_g = serializers.IntegerField()
    paid_g = serializers.IntegerField()


class StockReply(Reply):
    facility_id = serializers.UUIDField()
    category = serializers.CharField()
    material = serializers.CharField(help_text="product | byproduct")
    made_g = serializers.IntegerField()
    sold_g = serializers.IntegerField()


class DossierBalanceReply(Reply):
    """opening + in - out - loss = closing, in grams."""

    category = serializers.CharField()
    month = Month()
    material = serializers.CharField(help_text="waste, product, byproduct, or all of them")
    opening_g = serializers.IntegerField()
    in_g = serializers.IntegerField()
    out_g = serializers.IntegerField()
    loss_g = serializers.IntegerField()
    closing_g = serializers.IntegerField()


class RuleHitsReply(Reply):
    rule = serializers.CharField()
    how = serializers.CharField(help_text="hold: it stopped lines; verdict: claims failed it")
    hits_n = serializers.IntegerField()
    open_n = serializers.IntegerField()
    lifted_n = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField(help_text="of the lines it stopped")
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class HeldLineReply(Reply):
    consignment_id = serializers.UUIDField()
    consignment_number = serializers.IntegerField()
    stage = serializers.ChoiceField(STAGES)
    rule = serializers.CharField()
    params = serializers.DictField()
    mass_g = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()
    placed_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lifted_why = serializers.CharField()


class VerbCountReply(Reply):
    verb = serializers.CharField()
    lines_n = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class DossierReply(Reply):
    company = OrganisationReply()
    contracts = DossierContractReply(many=True)
    means = MeansReply(many=True)
    loads = MonthOfLoadsReply(many=True)
    stocks = StockReply(many=True)
    balances = DossierBalanceReply(many=True)
    rules = RuleHitsReply(many=True)
    held = HeldLineReply(many=True, help_text="the newest hundred")
    accounts = DossierAccountReply(many=True)
    claims = DossierClaimReply(many=True)
    verbs = VerbCountReply(many=True, help_text="what the company's people did, by the audit chain")
    changed_by_hand_n = serializers.IntegerField(help_text="changes of its rows that no verb made")
    currency = serializers.ChoiceField(["KZT"])
