"""What every code of a lifecycle or a list of reasons is called. A test fails for a code without its words."""

from __future__ import annotations

from collection.kernel.words import Words

STATES: dict[str, dict[str, Words]] = {
    "pickup_state": {
        "draft": Words("Жоба", "Черновик", "Draft"),
        "submitted": Words("Жіберілді", "Отправлена", "Submitted"),
        "offered": Words("Орындаушы ізделуде", "Ищем исполнителя", "Looking for a collector"),
        "unserved": Words("Орындаушы табылмады", "Исполнитель не найден", "No collector found yet"),
        "accepted": Words("Қабылданды", "Принята", "Accepted"),
        "fulfilled": Words("Орындалды", "Выполнена", "Fulfilled"),
        "failed": Words("Орындалмады", "Не состоялась", "Failed"),
        "cancelled": Words("Бас тартылды", "Отменена", "Cancelled"),
        "expired": Words("Мерзімі өтті", "Истекла", "Expired"),
    },
    "offer_state": {
        "open": Words("Ашық", "Открыто", "Open"),
        "accepted": Words("Қабылданды", "Принято", "Accepted"),
        "declined": Words("Қабылданбады", "Отклонено", "Declined"),
        "expired": Words("Мерзімі өтті", "Истекло", "Expired"),
        "withdrawn": Words("Кері алынды", "Отозвано", "Withdrawn"),
    },
    "job_state": {
        "assigned": Words("Тағайындалды", "Назначен", "Assigned"),
        "en_route": Words("Жолда", "В пути", "On the way"),
        "arrived": Words("Келді", "На месте", "Arrived"),
        "done": Words("Орындалды", "Выполнен", "Done"),
        "withdrawn": Words("Кері алынды", "Отозван", "Withdrawn"),
        "failed": Words("Орындалмады", "Не состоялся", "Failed"),
    },
    "consignment_state": {
        "loaded": Words("Тиелді", "Погружена", "Loaded"),
        "weighed": Words("Өлшенді", "Взвешена", "Weighed"),
        "delivered": Words("Жеткізілді", "Доставлена", "Delivered"),
        "received": Words("Қабылданды", "Принята", "Received"),
        "returned": Words("Қайтарылды", "Возвращена", "Returned"),
        "processed": Words("Өңделді", "Переработана", "Processed"),
    },
    "contract_state": {
        "draft": Words("Жоба", "Проект", "Draft"),
        "active": Words("Қолданыста", "Действует", "Active"),
        "suspended": Words("Тоқтатылған", "Приостановлен", "Suspended"),
        "closed": Words("Жабық", "Закрыт", "Closed"),
    },
    "claim_state": {
        "draft": Words("Жоба", "Черновик", "Draft"),
        "submitted": Words("Ұсынылды", "Подана", "Submitted"),
        "returned": Words("Түзетуге қайтарылды", "Возвращена на исправление", "Returned for correction"),
        "verified": Words("Тексерілді", "Проверена", "Verified"),
        "queued": Words("Кезекте", "В очереди", "Queued"),
        "approved": Words("Бекітілді", "Утверждена", "Approved"),
        "registered": Words("Тізілімге енгізілді", "Включена в реестр", "In a payment register"),
        "paid": Words("Төленді", "Выплачена", "Paid"),
        "rejected": Words("Қабылданбады", "Отклонена", "Rejected"),
    },
    "register_state": {
        "draft": Words("Жоба", "Черновик", "Draft"),
        "approved": Words("Бекітілді", "Утверждён", "Approved"),
        "settled": Words("Банк орындады", "Исполнен банком", "Settled by the bank"),
    },
    "payment_order_state": {
        "waiting": Words("Күтуде", "Ожидает", "Waiting"),
        "paid": Words("Төленді", "Исполнено", "Paid"),
        "rejected": Words("Банк қабылдамады", "Отклонено банком", "Rejected by the bank"),
    },
}

LISTS: dict[str, dict[str, Words]] = {
    "contract_kind": {
        "collection": Words("Жинау", "Сбор", "Collection"),
        "recycling": Words("Қайта өңдеу", "Переработка", "Recycling"),
        "full_cycle": Words("Толық цикл", "Полный цикл", "Full cycle"),
    },
    "stage": {
        "collection": Words("Жинау", "Сбор", "Collection"),
        "transport": Words("Тасымалдау", "Транспортировка", "Transport"),
        "recycling": Words("Қайта өңдеу", "Переработка", "Recycling"),
        "whole": Words("Барлық кезең", "Все этапы", "All stages together"),
    },
    "origin": {
        "own_premises": Words("Өз аумағынан", "С собственной территории", "Own premises"),
        "separate_collection": Words("Бөлек жинау", "Раздельный сбор", "Separate collection"),
        "central_municipal": Words("Орталық қоқыс контейнерлері", "Централизованные коммунальные контейнеры",
                                   "Central municipal containers"),
        "sorting_plant": Words("Сұрыптау кешені", "Сортировочный комплекс", "Sorting plant"),
        "foreign": Words("Шетелден", "Из-за рубежа", "From abroad"),
    },
    "cancel_reason": {
        "no_longer_needed": Words("Қажет емес", "Больше не нужно", "No longer needed"),
        "mistake": Words("Қате берілген", "Подана по ошибке", "Made by mistake"),
        "too_late": Words("Тым кеш", "Слишком поздно", "Too late"),
        "other": Words("Басқа", "Другое", "Other"),
    },
    "decline_reason": {
        "too_far": Words("Тым алыс", "Слишком далеко", "Too far"),
        "no_vehicle": Words("Көлік жоқ", "Нет машины", "No vehicle"),
        "wrong_category": Words("Санат сәйкес емес", "Не та категория", "Wrong category"),
        "not_worth_it": Words("Тиімсіз", "Невыгодно", "Not worth it"),
        "other": Words("Басқа", "Другое", "Other"),
    },
    "withdraw_reason": {
        "breakdown": Words("Көлік бұзылды", "Поломка", "Breakdown"),
        "no_driver": Words("Жүргізуші жоқ", "Нет водителя", "No driver"),
        "overbooked": Words("Тапсырыс көп", "Слишком много заказов", "Overbooked"),
        "other": Words("Басқа", "Другое", "Other"),
    },
    "incident_kind": {
        "nobody_there": Words("Ешкім жоқ", "Никого нет на месте", "Nobody there"),
        "no_access": Words("Кіру мүмкін емес", "Нет доступа", "No access"),
        "wrong_waste": Words("Қалдық сәйкес емес", "Не те отходы", "Wrong waste"),
        "unsafe": Words("Қауіпті", "Небезопасно", "Unsafe"),
    },
    "refusal_reason": {
        "impurity": Words("Қоспасы көп", "Засорённость", "Impurities"),
        "wrong_category": Words("Санат сәйкес емес", "Не та категория", "Wrong category"),
        "wet": Words("Ылғалды", "Влажность", "Wet"),
        "over_capacity": Words("Қуат жетпейді", "Нет мощностей", "Over capacity"),
        "unsafe": Words("Қауіпті", "Небезопасно", "Unsafe"),
        "other": Words("Басқа", "Другое", "Other"),
    },
    "role": {
        "generator": Words("Қалдық иесі", "Образователь отходов", "Generator"),
        "generator_admin": Words("Қалдық иесі, әкімші", "Образователь отходов, администратор", "Generator, admin"),
        "driver": Words("Жүргізуші", "Водитель", "Driver"),
        "collector_admin": Words("Жинаушы, әкімші", "Сборщик, администратор", "Collector, admin"),
        "recycler": Words("Қайта өңдеуші", "Переработчик", "Recycler"),
        "recycler_admin": Words("Қайта өңдеуші, әкімші", "Переработчик, администратор", "Recycler, admin"),
        "manager": Words("Бағдарлама менеджері", "Менеджер программы", "Programme manager"),
        "finance": Words("Қаржы қызметкері", "Финансист", "Finance officer"),
        "inspector": Words("Инспектор", "Инспектор", "Inspector"),
        "auditor": Words("Аудитор", "Аудитор", "Auditor"),
        "support": Words("Қолдау қызметі", "Служба поддержки", "Support"),
        "integration": Words("Ақпараттық жүйе", "Информационная система", "Information system"),
    },
}
