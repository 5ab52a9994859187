"""Whoever changes rows of contracts, their categories and regions, and prices, and by whatever means: the row before and after is kept."""

from django.db import migrations

from collection.audit.history import keep


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_quota_at_hand"), ("audit", "0003_heads_and_anchors")]
    operations = [
        keep("contracts_contract", "contract"),
        keep("contracts_contractcategory", "contract", "contract_id"),
        keep("contracts_contractregion", "contract", "contract_id"),
        keep("contracts_tariff", "tariff"),
        keep("contracts_indexvalue", "index"),
        keep("contracts_vatrate", "vat"),
    ]
