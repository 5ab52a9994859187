from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "collection.payouts"
    label = "payouts"
