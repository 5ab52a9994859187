"""What the door itself refuses, before any room is asked."""

from __future__ import annotations

from collection.kernel.refusals import Kind, Refusal
from collection.kernel.words import Words


class Malformed(Refusal):
    """The request cannot be read; `defects` say where."""

    code = "malformed"
    kind = Kind.MALFORMED
    words = Words("Сұрау пішімі дұрыс емес", "Неверный формат запроса", "The request cannot be read")


class TooLarge(Refusal):
    code = "too_large"
    kind = Kind.MALFORMED
    words = Words("Сұрау тым үлкен", "Слишком большой запрос", "The request is too large")


class LengthRequired(Refusal):
    code = "length_required"
    kind = Kind.MALFORMED
    words = Words("Сұраудың ұзындығы көрсетілмеген", "Не указана длина запроса", "The length of the body is not stated")


class UnsupportedMedia(Refusal):
    """Bodies are `application/json` in UTF-8, not compressed."""

    code = "unsupported_media_type"
    kind = Kind.MALFORMED
    words = Words("Бұл мазмұн түрі қабылданбайды", "Такой тип содержимого не принимается",
                  "This content type is not accepted")


class NotAcceptable(Refusal):
    code = "not_acceptable"
    kind = Kind.MALFORMED
    words = Words("Жауап тек JSON түрінде беріледі", "Ответ бывает только в JSON", "Replies are JSON only")


class AppVersionInvalid(Refusal):
    """`X-App-Version` is a platform and three numbers: `android/2.3.1`."""

    code = "app_version_invalid"
    kind = Kind.MALFORMED
    words = Words("Қолданба нұсқасы дұрыс емес", "Неверная версия приложения", "The app's version cannot be read")


class AppTooOld(Refusal):
    """The app is below `minimum_app_version`; `store_url` is where the newer one is."""

    code = "app_too_old"
    kind = Kind.MALFORMED
    words = Words("Қолданбаны жаңартыңыз", "Обновите приложение", "Update the app")


class ScopeMissing(Refusal):
    """The API key was not made for this."""

    code = "scope_missing"
    kind = Kind.FORBIDDEN
    words = Words("Кілттің бұған құқығы жоқ", "У ключа нет такого права", "The key has no such right")


class Unauthenticated(Refusal):
    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    words = Words("Алдымен жүйеге кіріңіз", "Сначала войдите в систему", "Sign in first")


class Forbidden(Refusal):
    code = "forbidden"
    kind = Kind.FORBIDDEN
    words = Words("Сіздің рөліңізге рұқсат жоқ", "Вашей роли это не разрешено", "Your role may not do this")


class SecondFactorRequired(Forbidden):
    """The operator's staff enrol an authenticator app first: `POST /me/second-factor`."""

    code = "second_factor_required"
    words = Words("Алдымен растау қолданбасын қосыңыз", "Сначала подключите приложение-аутентификатор",
                  "Enrol an authenticator app first")


class StepUpRequired(Forbidden):
    """A code of the authenticator app is due in this session: `POST /me/second-factor/codes`."""

    code = "step_up_required"
    words = Words("Растау қолданбасының кодын енгізіңіз", "Введите код из приложения-аутентификатора",
                  "Give a code of your authenticator app")


class MembershipRequired(Forbidden):
    """Signed in, but acting for no organisation: never joined one, was removed, or it is suspended."""

    code = "membership_required"
    words = Words("Ұйымды таңдаңыз немесе тіркеңіз", "Выберите или зарегистрируйте организацию",
                  "Choose or register an organisation first")


class IdempotencyKeyMissing(Refusal):
    code = "idempotency_key_missing"
    kind = Kind.MALFORMED
    words = Words("Idempotency-Key тақырыбы қажет (UUID)", "Нужен заголовок Idempotency-Key (UUID)",
                  "The header Idempotency-Key (a UUID) is needed")


class IdempotencyKeyInvalid(IdempotencyKeyMissing):
    code = "idempotency_key_invalid"


class InstallationMissing(Refusal):
    code = "installation_id_missing"
    kind = Kind.MALFORMED
    words = Words("X-Installation-Id тақырыбы қажет (UUID)", "Нужен заголовок X-Installation-Id (UUID)",
                  "The header X-Installation-Id (a UUID) is needed")


class IdempotencyKeyReused(Refusal):
    """The same key came with another body or path."""

    code = "idempotency_key_reused"
    kind = Kind.UNPROCESSABLE
    words = Words("Бұл кілт басқа сұраумен қолданылған", "Этот ключ уже использован с другим запросом",
                  "This key was used with another request")


class IdempotencyInProgress(Refusal):
    """The first request with this key is still running."""

    code = "idempotency_in_progress"
    kind = Kind.CONFLICT
    words = Words("Сұрау әлі орындалуда", "Запрос ещё выполняется", "The first request is still running")


class PreconditionMissing(Refusal):
    code = "if_match_missing"
    kind = Kind.PRECONDITION_MISSING
    words = Words("If-Match тақырыбы қажет", "Нужен заголовок If-Match",
                  "The header If-Match with the ETag you saw is needed")


class TooManyRequests(Refusal):
    code = "too_many_requests"
    kind = Kind.TOO_MANY
    words = Words("Тым көп сұрау", "Слишком много запросов", "Too many requests")
