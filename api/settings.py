"""Environment in, typed settings out. With the private services up (`make up`) no variable needs to be set."""

from __future__ import annotations

import os
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from api import logs, telemetry
from api.local import where

ROOT = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


DEBUG = flag("DEBUG")
PRODUCTION = flag("PRODUCTION")
SERVICES = where.services(ROOT)  # None when nothing private is up

# --- secrets -------------------------------------------------------------------------------------------------
SECRET_KEY = os.environ.get("SECRET_KEY") or where.local_secret(ROOT)
if PRODUCTION and not os.environ.get("SECRET_KEY"):
    raise SystemExit("SECRET_KEY is not set. Production needs its own, at least 50 characters.")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")

# --- database ------------------------------------------------------------------------------------------------
# Two roles: the owner migrates (HOUSE_DB_ROLE=owner, set by manage.py for migrations), house_app runs everything else.
OWNER = os.environ.get("HOUSE_DB_ROLE") == "owner"


def database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL_OWNER" if OWNER else "DATABASE_URL") or os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        place = {
            "NAME": parts.path.lstrip("/"), "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""), "HOST": parts.hostname or "", "PORT": str(parts.port or ""),
        }
    else:
        place = {
            "NAME": SERVICES["database"] if SERVICES else "house", "PORT": "",
            "USER": "house_owner" if OWNER else "house_app",
            "HOST": SERVICES["postgres_socket"] if SERVICES else "",
        }
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": os.environ.get("APPLICATION_NAME", "house"), "connect_timeout": 5,
            # Our statements are short: compiling one costs more than running it. Only what asks for it is prepared
            # (kernel.db.rows, keep_plan), and then one plan is enough: planning each time costs more than it gains.
            "options": "-c jit=off -c plan_cache_mode=force_generic_plan",
        },
        **place,
    }


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
HOUSE_CLOCK_MAY_STOP = flag("HOUSE_CLOCK_MAY_STOP", default=not PRODUCTION)

# --- the house -----------------------------------------------------------------------------------------------
ROOMS = [
    "collection.demo", "collection.watch", "collection.stats", "collection.community", "collection.payouts", "collection.custody",
    "collection.dispatch", "collection.pickups", "collection.contracts", "collection.registry", "collection.waste",
    "collection.accounts", "collection.audit", "collection.kernel",
]
INSTALLED_APPS = [
    "api", *ROOMS, "geo", "notifications",
    "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.postgres", "django.contrib.gis",
    "django.contrib.staticfiles", "rest_framework", "drf_spectacular", "drf_spectacular_sidecar",
]
AUTH_USER_MODEL = "accounts.User"
MIDDLEWARE = [
    "api.http.middleware.RequestIdMiddleware",
    "api.http.metrics.CountingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "api.http.middleware.HeldConnectionMiddleware",
]
ROOT_URLCONF = "api.urls"
WSGI_APPLICATION = "api.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "DIRS": [ROOT / "api/pages/templates"],
    "OPTIONS": {"builtins": ["django.templatetags.static", "api.pages.tags"]},
}]
SILENCED_SYSTEM_CHECKS = [
    # Debian 12 carries GDAL 3.6; this project hands it two numbers at a time and no document (GeoJSON is parsed by its
    # own code).
    "gis.W001",
]

# --- time and language ---------------------------------------------------------------------------------------
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = True
USE_L10N = False

# --- files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
VENDOR = ROOT / ".local" / "vendor"
STATIC_ROOT = ROOT / ".local" / "static"
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty is fine: finders serve the files until they are collected
# Our own files and what `api.local.assets` brought from npm, each package in its folder.
STATICFILES_DIRS = [ROOT / "api/pages/static", *([("vendor", VENDOR)] if VENDOR.exists() else [])]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
UPLOAD_ROOT = Path(os.environ.get("UPLOAD_ROOT", ROOT / ".local" / "uploads"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20

# --- Redis and Celery (options measured against restarts, hangs and lost workers; see DECISIONS.md) -----------
REDIS_URL = os.environ.get("REDIS_URL") or (SERVICES["redis_url"] if SERVICES else "redis://127.0.0.1:6379/0")

# A message that a dead worker held comes round after the lease; a failed one after the pause, doubled each time.
OUTBOX_LEASE_S = int(os.environ.get("OUTBOX_LEASE_S", "60"))
OUTBOX_PAUSE_S = float(os.environ.get("OUTBOX_PAUSE_S", "10"))

# --- outside services ----------------------------------------------------------------------------------------
FCM_SERVICE_ACCOUNT = os.environ.get("FCM_SERVICE_ACCOUNT", "")  # path of the JSON; empty: the log channel
FCM_ENDPOINT = os.environ.get("FCM_ENDPOINT", "")  # only for a fake in tests and the demo
SMS_GATEWAY_URL = os.environ.get("SMS_GATEWAY_URL", "")  # empty: the log channel
SMS_GATEWAY_TOKEN = os.environ.get("SMS_GATEWAY_TOKEN", "")
# Secrets of webhooks are derived from it; a new one changes them all.
WEBHOOK_KEY = os.environ.get("WEBHOOK_KEY") or SECRET_KEY
WEBHOOK_ALLOW_INSIDE = flag("WEBHOOK_ALLOW_INSIDE")  # http and private addresses, for tests with a receiver of their own
if PRODUCTION and WEBHOOK_ALLOW_INSIDE:
    raise SystemExit("WEBHOOK_ALLOW_INSIDE lets anybody's webhook reach the inner network. Not in production.")
DISTANCE_ENGINE = os.environ.get("DISTANCE_ENGINE", "geodesic")  # or osrm, valhalla
DISTANCE_URL = os.environ.get("DISTANCE_URL", "")
DISTANCE_COSTING = os.environ.get("DISTANCE_COSTING", "truck")  # Valhalla's vehicle
DISTANCE_REACH_KM = float(os.environ.get("DISTANCE_REACH_KM", "400"))  # its max_matrix_distance
DISTANCE_TIMEOUT_S = float(os.environ.get("DISTANCE_TIMEOUT_S", "5"))  # of one question; Valhalla takes a second for 50 × 50
DISTANCE_FACTOR = float(os.environ.get("DISTANCE_FACTOR", "1.3"))  # a road to its great circle, without an engine
DISTANCE_SPEED_KMH = float(os.environ.get("DISTANCE_SPEED_KMH", "50"))
GEOCODER = os.environ.get("GEOCODER", "")  # nominatim, photon, pelias or yandex; empty: the gazetteer alone answers
GEOCODER_URL = os.environ.get("GEOCODER_URL", "")
GEOCODER_KEY = os.environ.get("GEOCODER_KEY", "")
GEOCODER_PAUSE_S = float(os.environ.get("GEOCODER_PAUSE_S", "1"))  # between two questions of the whole installation
EDS_VERIFIER = os.environ.get("EDS_VERIFIER", "")  # ncanode or local; empty: nobody can sign electronically
EDS_URL = os.environ.get("EDS_URL", "")  # of an NCANode
EDS_TIMEOUT_S = float(os.environ.get("EDS_TIMEOUT_S", "15"))  # it asks the authority's OCSP responder meanwhile
EDS_AUTHORITY = os.environ.get("EDS_AUTHORITY", "")  # the certificate (PEM) that `local` trusts
# Where the log channel writes messages (one-time codes among them), so that a developer can read them. Never in production.
MESSAGE_LOG = os.environ.get("MESSAGE_LOG", "" if PRODUCTION else str(ROOT / ".local" / "messages.jsonl"))

# --- limits --------------------------------------------------------------------------------------------------
LOGIN_CODE_PER_NUMBER_HOUR = int(os.environ.get("LOGIN_CODE_PER_NUMBER_HOUR", "5"))
LOGIN_CODE_PER_NETWORK_HOUR = int(os.environ.get("LOGIN_CODE_PER_NETWORK_HOUR", "100"))
LOGIN_CODE_PER_DEVICE_HOUR = int(os.environ.get("LOGIN_CODE_PER_DEVICE_HOUR", "10"))
LOGIN_CODE_PER_PREFIX_HOUR = int(os.environ.get("LOGIN_CODE_PER_PREFIX_HOUR", "20"))
SMS_PRICE_TIYN = int(os.environ.get("SMS_PRICE_TIYN", "2000"))
SMS_DAILY_BUDGET_TIYN = int(os.environ.get("SMS_DAILY_BUDGET_TIYN", "5000000"))
#: The operator's staff work with an authenticator app only. Whoever has enrolled one is asked for it in any case.
SECOND_FACTOR_REQUIRED = flag("SECOND_FACTOR_REQUIRED", default=PRODUCTION)
ACCESS_TOKEN_MINUTES = 15
REFRESH_TOKEN_DAYS = 60
SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": "HS256", "SIGNING_KEY": SECRET_KEY, "ISSUER": "tonnage", "AUDIENCE": "tonnage-api",
    "UPDATE_LAST_LOGIN": False,
}
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")  # empty: /metrics answers this machine only
ANONYMOUS_PER_MINUTE = int(os.environ.get("ANONYMOUS_PER_MINUTE", "1200"))  # per network
APP_MINIMUM_VERSION = os.environ.get("APP_MINIMUM_VERSION", "1.0.0")
APP_RECOMMENDED_VERSION = os.environ.get("APP_RECOMMENDED_VERSION", "1.0.0")
APP_STORES = dict(one.split("=", 1) for one in os.environ.get("APP_STORES", "").split(",") if one)  # android=https://...
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))  # our own reverse proxies in front of gunicorn

# --- a collector's day ----------------------------------------------------------------------------------------
ROUTE_SHIFT = tuple(  # of a vehicle that has no hours of its own, in Almaty's time
    time.fromisoformat(one) for one in os.environ.get("ROUTE_SHIFT", "08:00-18:00").split("-"))
ROUTE_LOAD_S = int(os.environ.get("ROUTE_LOAD_S", "900"))  # at a generator's gate
ROUTE_UNLOAD_S = int(os.environ.get("ROUTE_UNLOAD_S", "900"))  # at a plant, with weighing
# A load that can wait for another day is fetched when that costs no more than this part of a way of its own.
ROUTE_LATER_PERCENT = int(os.environ.get("ROUTE_LATER_PERCENT", "50"))
ROUTE_MAX_JOBS = int(os.environ.get("ROUTE_MAX_JOBS", "1000"))  # of one contract's day
ROUTE_PLAN_S = float(os.environ.get("ROUTE_PLAN_S", "20"))  # of a worker's CPU for a big day; below the outbox's lease
ROUTE_NIGHTLY_HOUR = int(os.environ.get("ROUTE_NIGHTLY_HOUR", "20"))  # from then on the coming day is planned

# --- DRF -----------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.http.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.http.permissions.ByTheTable"],
    "DEFAULT_PARSER_CLASSES": ["api.http.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.http.rendering.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.http.rendering.OnlyJSON",
    "DEFAULT_SCHEMA_CLASS": "api.http.schema.HouseSchema",
    "EXCEPTION_HANDLER": "api.http.problems.handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Tonnage API",
    "DESCRIPTION": "Apps say what they are in every request, `X-App-Version: android/2.3.1`: one below the minimum of "
                   "`GET /config` is answered 426 with its store's address. Whoever says nothing is let through.",
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    # HouseSchema.get_auth names it; without this the generated clients send no token at all
    "APPEND_COMPONENTS": {"securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "GET_LIB_DOC_EXCLUDES": "api.http.schema.not_descriptions",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {  # every set of codes has one name in generated clients, whatever field it is met in
        "Role": "collection.accounts.rights.ROLES", "MemberRole": "collection.accounts.rights.MEMBER_ROLES",
        "GivenRole": "collection.accounts.states.GIVEN_ROLES", "AdminRole": "collection.accounts.states.GIVES",
        "OrganisationKind": "collection.accounts.states.KINDS", "Language": "collection.kernel.words.LANGUAGES",
        "DeviceKind": "api.v1.devices.serializers.KINDS", "Platform": "api.v1.devices.serializers.PLATFORMS",
        "NoticeEvent": "notifications.events.EVENTS", "TimeZone": "notifications.contacts.ZONES",
        "MessageChannel": "api.v1.notices.serializers.SHOWN", "Addressed": "api.v1.notices.serializers.ADDRESSED",
        "WebhookEvent": "notifications.webhooks.EVENTS", "WebhookSent": "api.v1.webhooks.serializers.SENT",
        "JournalStatus": "api.v1.imports.serializers.STATUSES", "KeyScope": "collection.accounts.rights.SCOPES",
        "DeliveryState": "api.v1.webhooks.serializers.STATES", "DisabledReason": "api.v1.webhooks.serializers.REASONS",
        "Precision": "api.v1.places.serializers.PRECISIONS", "PlaceLevel": "api.v1.places.serializers.LEVELS",
        "PickupState": "collection.pickups.states.PICKUP_STEPS",
        "CancelReason": "collection.pickups.states.CANCEL_REASONS",
        "OfferState": "collection.dispatch.states.OFFER_STEPS", "JobState": "collection.dispatch.states.JOB_STEPS",
        "DeclineReason": "collection.dispatch.states.DECLINE_REASONS",
        "WithdrawReason": "collection.dispatch.states.WITHDRAW_REASONS",
        "PlanState": "collection.dispatch.states.PLAN_STEPS", "PlanReason": "collection.dispatch.states.PLAN_REASONS",
        "StopKind": "collection.dispatch.states.STOP_KINDS",
        "UnservedReason": "collection.dispatch.states.UNSERVED_REASONS",
        "IncidentKind": "collection.dispatch.states.INCIDENT_KINDS",
        "ConsignmentState": "collection.custody.states.CONSIGNMENT_STEPS",
        "RefusalReason": "collection.custody.states.REFUSAL_REASONS",
        "Product": "collection.custody.states.PRODUCTS", "Material": "collection.custody.states.MATERIALS",
        "CorrectionState": "collection.custody.states.PROPOSAL_STEPS", "Party": "collection.custody.states.PARTIES",
        "SignatureParty": "collection.custody.states.SIGNATURE_PARTIES",
        "SignatureMethod": "collection.custody.states.SIGNATURE_METHODS",
        "SheetClosing": "collection.custody.states.SHEET_CLOSINGS",
        "ReturnPlace": "collection.custody.states.RETURN_PLACES",
        "LoadIncidentKind": "collection.custody.states.LOAD_INCIDENTS",
        "LossReason": "collection.custody.states.LOSS_REASONS",
        "CertificateState": "collection.custody.states.CERTIFICATE_STATES",
        "LineageNodeKind": "collection.custody.states.LINEAGE_NODES",
        "LineageStep": "collection.custody.states.LINEAGE_STEPS",
        "ApplicationState": "collection.contracts.states.APPLICATION_STEPS",
        "ApplicationRefusal": "collection.contracts.states.APPLICATION_REFUSALS",
        "TariffChangeState": "collection.contracts.states.TARIFF_CHANGE_STEPS",
        "ContractState": "collection.contracts.states.CONTRACT_STEPS",
        "ContractKind": "collection.contracts.states.LEGS", "Stage": "collection.contracts.states.STAGES",
        "Origin": "collection.contracts.states.ORIGINS",
        "ClaimState": "collection.payouts.states.CLAIM_STEPS",
        "InspectionOutcome": "collection.payouts.states.INSPECTION_OUTCOMES",
        "AppealState": "collection.payouts.states.APPEAL_STEPS",
        "Certainty": "collection.payouts.states.CERTAINTIES",
        "LimitKind": "collection.payouts.states.LIMIT_KINDS",
        "Appealable": "collection.payouts.states.APPEALABLE", "StatementPart": "collection.payouts.states.STATEMENT_PARTS",
        "RegisterState": "collection.payouts.states.REGISTER_STEPS",
        "PaymentOrderState": "collection.payouts.states.ORDER_STEPS",
        "StageStatus": "collection.payouts.states.STAGE_STATUSES",
        "RuleSeverity": "collection.payouts.states.SEVERITIES", "AccountKind": "collection.payouts.states.ACCOUNTS",
        "RowChange": "collection.audit.states.ROW_CHANGES",
    },
}
# Lines of JSON in production, text at a developer's desk; personal data is in neither.
LOGGING: dict[str, Any] = logs.configuration(
    as_json=os.environ.get("LOG_FORMAT", "json" if PRODUCTION else "text") == "json", level=os.environ.get("LOG_LEVEL", "INFO"))
telemetry.start()
