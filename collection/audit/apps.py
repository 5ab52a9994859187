from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "collection.audit"
    label = "audit"
