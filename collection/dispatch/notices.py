"""What we tell people about pickups, offers and jobs. No names, addresses, telephone numbers or sums."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from collection.kernel.words import Words
from notifications.outbox import Notice

SUBMITTED = Words("Өтінім қабылданды", "Заявка принята", "Request received")
SUBMITTED_BODY = Words(
    "№{number} өтінім қабылданды. Орындаушыны іздеп жатырмыз.",
    "Заявка №{number} принята. Ищем исполнителя.",
    "Request No {number} was received. We are looking for a collector.",
)
OFFERED = Words("Жаңа ұсыныс", "Новое предложение", "New offer")
OFFERED_BODY = Words(
    "№{number} өтінім: {distance} км. Бірінші қабылдаған алады.",
    "Заявка №{number}: {distance} км. Получит принявший первым.",
    "Request No {number}: {distance} km away. The first to accept gets it.",
)
ACCEPTED = Words("Орындаушы табылды", "Исполнитель найден", "A collector was found")
ACCEPTED_BODY = Words(
    "№{number} өтінімді орындаушы қабылдады. Тапсыру кодын қолданбадан қараңыз.",
    "Заявку №{number} принял исполнитель. Код передачи смотрите в приложении.",
    "Request No {number} was accepted. See the hand-over code in the app.",
)
TAKEN = Words("Ұсынысты басқа алды", "Предложение принял другой", "Offer taken")
TAKEN_BODY = Words(
    "№{number} өтінімді басқа орындаушы алды.", "Заявку №{number} принял другой исполнитель.",
    "Request No {number} was taken by another collector.",
)
WITHDRAWN = Words("Ұсыныс қайтарылды", "Предложение отозвано", "Offer withdrawn")
WITHDRAWN_BODY = Words(
    "№{number} өтінім бұдан былай ұсынылмайды.", "Заявка №{number} больше не предлагается.",
    "Request No {number} is no longer on offer.",
)
UNSERVED = Words("Орындаушысыз өтінім", "Заявка без исполнителя", "Unserved request")
UNSERVED_BODY = Words(
    "№{number} өтінімге орындаушы табылмады.", "Для заявки №{number} не нашлось исполнителя.",
    "No eligible contract was found for request No {number}.",
)
PARTED = Words("Өтінім бөліктерге бөлінді", "Заявка разделена на части", "Your request goes in parts")
PARTED_BODY = Words(
    "№{number} өтінімді толық алатын орын қалмады. Қалған бөлігі №{rest} өтінім болды.",
    "Заявку №{number} никто не может взять целиком. Остальное стало заявкой №{rest}.",
    "Nobody has room for all of request No {number}. The rest of it became request No {rest}.",
)
ALARM = Words("Алынбаған қалдық көп", "Много невывезенных отходов", "Much that nobody collects")
ALARM_BODY = Words(
    "{place}: орындаушысы жоқ өтінімдер {tonnes} т.", "{place}: заявок без исполнителя на {tonnes} т.",
    "{place}: requests of {tonnes} t without a collector.",
)
CANCELLED = Words("Өтінім тоқтатылды", "Заявка отменена", "Request cancelled")
CANCELLED_BODY = Words(
    "№{number} өтінімнен бас тартылды.", "Заявка №{number} отменена.", "Request No {number} was cancelled.",
)
MISSED = Words("Ешкім келмеді", "Никто не приехал", "Nobody came")
MISSED_BODY = Words(
    "№{number} өтінімге уақытында ешкім келмеді. Өтінім басқаларға ұсынылады.",
    "За грузом по заявке №{number} никто не приехал вовремя. Заявка предлагается другим.",
    "Nobody came in time for request No {number}. It is offered to others.",
)
EXPIRED = Words("Өтінімнің мерзімі өтті", "Срок заявки истёк", "Request expired")
EXPIRED_BODY = Words(
    "№{number} өтінімге уақытында орындаушы табылмады. Қайта жіберуге болады.",
    "Для заявки №{number} вовремя не нашлось исполнителя. Её можно подать снова.",
    "No collector was found in time for request No {number}. You can send it again.",
)
INBOUND = Words("Партия күтілуде", "Ожидается партия", "A load is on its way")
INBOUND_BODY = Words(
    "№{number} өтінім бойынша партия сізге жеткізіледі.", "По заявке №{number} вам доставят партию.",
    "A load for request No {number} will be delivered to you.",
)
ASSIGNED = Words("Сізге өтінім берілді", "Вам назначена заявка", "A request was assigned to you")
ASSIGNED_BODY = Words(
    "№{number} өтінім ұйымыңызға берілді.", "Заявка №{number} назначена вашей организации.",
    "Request No {number} was assigned to your organisation.",
)
REROUTED = Words("Қабылдаушы ауысты", "Сменился переработчик", "Another plant")
REROUTED_BODY = Words(
    "№{number} өтінім бойынша партия енді басқа зауытқа жеткізіледі.",
    "Партию по заявке №{number} теперь везти на другой завод.",
    "The load of request No {number} now goes to another plant.",
)
DIVERTED = Words("Партия басқа зауытқа бағытталды", "Партия направлена на другой завод", "A load goes elsewhere")
DIVERTED_BODY = Words(
    "№{number} өтінім бойынша партия сізге жеткізілмейді.", "Партию по заявке №{number} к вам не привезут.",
    "The load of request No {number} will not come to you.",
)
JOB_CHANGED = Words("Тапсырыс күйі өзгерді", "Состояние наряда изменилось", "Job updated")
JOB_CHANGED_BODY = Words(
    "№{number} өтінім бойынша көлік күйі жаңарды.", "По заявке №{number} обновилось состояние выезда.",
    "The state of the trip for request No {number} has changed.",
)

ROUTE = Words("Күннің маршруты", "Маршрут дня", "Your route")
ROUTE_BODY = Words(
    "{day} күнінің маршруты жаңарды. Қолданбадан қараңыз.", "Маршрут на {day} обновлён. Смотрите в приложении.",
    "Your route for {day} has changed. See the app.",
)


def tell(people: Iterable[UUID], event: str, title: Words, body: Words, *, object_type: str, object_id: UUID,
         expires_at: datetime | None = None, **params: object) -> list[Notice]:
    """The same words to each of `people` (user ids)."""
    filled = body.fill(**params)
    return [Notice(person, event, title, filled, object_type, object_id, expires_at) for person in people]
