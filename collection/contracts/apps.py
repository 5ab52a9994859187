from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "collection.contracts"
    label = "contracts"
