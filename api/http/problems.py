"""Every no, as RFC 9457 `application/problem+json`. The only file that knows which number belongs to which no."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import orjson
from django.core.exceptions import TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request

from collection.kernel.refusals import Defect, Kind, Refusal
from collection.kernel.words import Words

from . import refusals
from .language import language_of

log = logging.getLogger(__name__)

STATUS = {
    Kind.MALFORMED: 400, Kind.UNAUTHENTICATED: 401, Kind.FORBIDDEN: 403, Kind.NOT_FOUND: 404, Kind.CONFLICT: 409,
    Kind.GONE: 410, Kind.STALE: 412, Kind.UNPROCESSABLE: 422, Kind.PRECONDITION_MISSING: 428, Kind.TOO_MANY: 429,
    Kind.BUSY: 503,
}
#: Refusals of the door whose number says more than their kind.
EXACTLY: dict[type[Refusal], int] = {
    refusals.TooLarge: 413, refusals.LengthRequired: 411, refusals.UnsupportedMedia: 415, refusals.NotAcceptable: 406,
    refusals.AppTooOld: 426,
}
#: Constraints whose violation is a lost race, not our mistake: the polite check before them was overtaken.
#: Everything else that PostgreSQL refuses crashes loudly.
CONSTRAINTS = {
    "lifecycle": "wrong_state",
    "membership_once": "already_exists",
    "plate_once": "already_registered", "registry_scale_serial_key": "already_registered",
    "enrolled_once": "already_enrolled", "contracts_programme_code_key": "programme_code_taken",
    "contract_number_once": "contract_number_taken",
    "ticket_once": "ticket_reused", "custody_consignment_pkey": "id_taken", "sale_einvoice_once": "einvoice_reused",
    "claim_einvoice_once": "einvoice_reused", "claim_once_a_month": "claim_exists",
    "bank_reference_once": "bank_reference_reused",
    "tariff_one_per_day": "prices_clash", "index_one_per_day": "prices_clash", "vat_one_per_day": "prices_clash",
}

WORDS = {
    400: Words("Сұрау пішімі дұрыс емес", "Неверный запрос", "Bad request"),
    404: Words("Табылмады", "Не найдено", "Not found"),
    405: Words("Бұл әдіс қолданылмайды", "Метод не поддерживается", "Method not allowed"),
    409: Words("Деректер қайшылығы", "Конфликт данных", "Conflict"),
    500: Words("Сервер қатесі", "Ошибка сервера", "Server error"),
    503: Words("Қызмет уақытша қолжетімсіз", "Сервис временно недоступен", "Temporarily unavailable"),
}
#: What the person, or the app for them, can do about it.
ADVICE = {
    400: Words("Белгіленген мәндерді түзетіп, қайта жіберіңіз.", "Исправьте отмеченные значения и отправьте снова.",
               "Correct what is marked and send it again."),
    401: Words("Жүйеге қайта кіріңіз.", "Войдите снова.", "Sign in again."),
    403: Words("Құқығы бар әріптесіңізге хабарласыңыз.", "Обратитесь к сотруднику, у которого есть это право.",
               "Ask a colleague who has this right."),
    404: Words("Мұндай нысан жоқ немесе ол сізге көрінбейді.", "Такого объекта нет, или он вам не виден.",
               "There is no such object, or it is not yours to see."),
    409: Words("Жаңартып, ағымдағы күйін қараңыз.", "Обновите и посмотрите текущее состояние.",
               "Refresh and look at the present state."),
    412: Words("Жаңа нұсқасын оқып, қайталаңыз.", "Прочитайте новую версию и повторите.",
               "Read the new version and repeat."),
    422: Words("Бағдарлама ережелеріне сай түзетіңіз.", "Исправьте в соответствии с правилами программы.",
               "Change it to fit the programme's rules."),
    426: Words("Жаңа нұсқасын орнатып, қайталаңыз: жазылғаны сақталады.",
               "Установите новую версию и повторите: записанное сохранится.",
               "Install the newer version and repeat: what you wrote down is kept."),
    429: Words("Күтіп, кейін қайталаңыз.", "Подождите и повторите позже.", "Wait, then try again."),
    500: Words("Қате жазылды. Осы кілтпен қайталауға болады.", "Ошибка записана. Можно повторить с тем же ключом.",
               "The error is recorded. It is safe to repeat with the same key."),
    503: Words("Бірнеше секундтан кейін қайталаңыз.", "Повторите через несколько секунд.",
               "Repeat in a few seconds."),
}
NO_ADVICE = Words("", "", "")
RESERVED = {"type", "title", "status", "detail", "instance", "code", "errors", "trace_id"}
RETRY_AFTER_S = 2


def handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None: not a no but a crash, which Django reports and answers with `server_error`."""
    request = context["request"]
    if isinstance(error, Refusal):
        return refused(request, error)
    if isinstance(error, exceptions.ValidationError):
        return problem(request, 400, "malformed", refusals.Malformed.words, defects=defects_in(error.detail))
    if isinstance(error, Http404 | exceptions.NotFound):
        return not_found(request)
    if isinstance(error, exceptions.MethodNotAllowed):
        return problem(request, 405, "method_not_allowed", WORDS[405],
                       headers={"Allow": ", ".join(context["view"].allowed_methods)})
    if isinstance(error, TooManyFieldsSent):
        return refused(request, refusals.Malformed(defects=[Defect("", "too_many")]))
    if isinstance(error, IntegrityError):
        return lost_race(request, error)
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(request, error)
    return None


def refused(request: HttpRequest | Request, refusal: Refusal) -> HttpResponse:
    status = EXACTLY.get(type(refusal), STATUS[refusal.kind])
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after_s" in refusal.fields:
        headers["Retry-After"] = str(refusal.fields["retry_after_s"])
    elif status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return problem(request, status, refusal.code, refusal.words, defects=refusal.defects, fields=refusal.fields,
                   headers=headers)


def problem(request: HttpRequest | Request, status: int, code: str, title: Words, *, defects: Iterable[Defect] = (),
            fields: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> HttpResponse:
    language = language_of(request)
    body = {
        **{name: value for name, value in (fields or {}).items() if name not in RESERVED},
        "type": f"urn:tonnage:problem:{code}",
        "title": title.in_language(language),
        "status": status,
        "detail": ADVICE.get(status, NO_ADVICE).in_language(language),
        "instance": quote(request.path[:500]),
        "code": code,
        "errors": [{"pointer": one.pointer, "code": one.code, "params": one.params} for one in defects],
        "trace_id": getattr(request, "request_id", ""),
    }
    response = HttpResponse(orjson.dumps(body, default=str), status=status, content_type="application/problem+json",
                            headers=dict(headers or {}))
    response["Content-Language"] = language
    response["Vary"] = "Accept-Language"
    return response


def defects_in(detail: Any, pointer: str = "") -> list[Defect]:
    """DRF's nested errors as a flat list under JSON pointers (RFC 6901)."""
    if isinstance(detail, dict):
        found = []
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name)[:100].replace("~", "~0").replace("/", "~1")
            found += defects_in(inner, pointer + step)
        return found
    if isinstance(detail, list):
        if any(isinstance(inner, dict | list) for inner in detail):
            return [one for index, inner in enumerate(detail) for one in defects_in(inner, f"{pointer}/{index}")]
        return [one for inner in detail for one in defects_in(inner, pointer)]
    return [Defect(_clean(pointer), getattr(detail, "code", "invalid"), getattr(detail, "params", {}))]


def _clean(pointer: str) -> str:
    return pointer.encode("utf-8", "replace").decode()  # a client's key may hold what UTF-8 cannot say


def lost_race(request: HttpRequest | Request, error: IntegrityError) -> HttpResponse | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    code = CONSTRAINTS.get(getattr(diagnosis, "constraint_name", None) or "")
    return problem(request, 409, code, WORDS[409]) if code else None


def unavailable(request: HttpRequest | Request, error: Exception) -> HttpResponse:
    """The database is away, full, or too busy to answer in time: nothing was done, and trying again is safe."""
    log.error("database unavailable: %s", error)
    return problem(request, 503, "unavailable", WORDS[503], headers={"Retry-After": str(RETRY_AFTER_S)})


# --- outside DRF: what Django's resolver and middleware refuse, and what crashed ---------------------------------

def not_found(request: HttpRequest | Request, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 404, "not_found", WORDS[404])


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 400, "malformed", WORDS[400])


def server_error(request: HttpRequest) -> HttpResponse:
    return problem(request, 500, "server_error", WORDS[500])
