"""What we tell people about their registration and their contracts. No names, telephone numbers or sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from collection.kernel.words import Words
from notifications.outbox import Notice

REGISTERED = (
    Words("Тіркелдіңіз", "Вы зарегистрированы", "You are registered"),
    Words("Енді қалдықты әкетуге өтінім бере аласыз.", "Теперь можно подавать заявки на вывоз отходов.",
          "You can now ask for waste to be collected."),
)
APPOINTED = (
    Words("Ұйым тіркелді", "Организация зарегистрирована", "Organisation registered"),
    Words("Сіз оның әкімшісісіз. Базаларды, көліктерді және зауыттарды қосыңыз.",
          "Вы её администратор. Добавьте базы, транспорт и предприятия.",
          "You are its admin. Add its bases, vehicles and plants."),
)
CONTRACT = {
    "approve": (
        Words("Шарт күшіне енді", "Договор вступил в силу", "Contract approved"),
        Words("{number} шарты бекітілді.", "Договор {number} утверждён.", "Contract {number} is approved."),
    ),
    "suspend": (
        Words("Шарт тоқтатыла тұрды", "Договор приостановлен", "Contract suspended"),
        Words("{number} шарты бойынша жаңа ұсыныстар келмейді, басталған жұмыс аяқталады.",
              "По договору {number} не будет новых предложений, начатое завершается.",
              "Contract {number} gets no new offers; what has begun is finished."),
    ),
    "resume": (
        Words("Шарт қайта күшінде", "Договор возобновлён", "Contract resumed"),
        Words("{number} шарты қайта жұмыс істейді.", "Договор {number} снова действует.",
              "Contract {number} is in force again."),
    ),
    "close": (
        Words("Шарт жабылды", "Договор закрыт", "Contract closed"),
        Words("{number} шарты жабылды, басталған жұмыс аяқталады.", "Договор {number} закрыт, начатое завершается.",
              "Contract {number} is closed; what has begun is finished."),
    ),
}
APPLICATION = {
    "verify": (
        Words("Өтінім тексерілді", "Заявка проверена", "Application verified"),
        Words("№{number} өтінім бекітуге жіберілді.", "Заявка №{number} передана на утверждение.",
              "Application No {number} now waits for approval."),
    ),
    "approve": (
        Words("Шартқа қол қойыңыз", "Подпишите договор", "Please sign the contract"),
        Words("№{number} өтінім мақұлданды, шарт дайын.", "Заявка №{number} одобрена, договор готов.",
              "Application No {number} is approved and the contract is ready."),
    ),
    "sign": (
        Words("Шартқа қол қойылды", "Договор подписан", "Contract signed"),
        Words("№{number} өтінім бойынша шарт күшіне енуін күтуде.", "Договор по заявке №{number} ждёт вступления в силу.",
              "The contract of application No {number} waits to be put in force."),
    ),
    "refuse": (
        Words("Өтінім қабылданбады", "Заявка отклонена", "Application refused"),
        Words("№{number} өтінім қабылданбады, себебі өтінімде көрсетілген.", "Заявка №{number} отклонена, причина указана в ней.",
              "Application No {number} is refused; the reason stands in it."),
    ),
    "withdraw": (
        Words("Өтінім кері алынды", "Заявка отозвана", "Application withdrawn"),
        Words("№{number} өтінім кері алынды.", "Заявка №{number} отозвана.", "Application No {number} is withdrawn."),
    ),
}


def registered(users: Mapping[UUID, UUID]) -> list[Notice]:
    """`users`: generator's organisation -> the person who registered it."""
    return [Notice(user, "generator.registered", *REGISTERED, object_type="organisation", object_id=organisation)
            for organisation, user in users.items()]


def appointed(users: Mapping[UUID, UUID]) -> list[Notice]:
    """`users`: contractor's organisation -> the person who became its admin."""
    return [Notice(user, "contractor.registered", *APPOINTED, object_type="organisation", object_id=organisation)
            for organisation, user in users.items()]


def contract_moved(step: str, *, contract_id: UUID, number: str, people: Iterable[UUID]) -> list[Notice]:
    title, body = CONTRACT[step]
    return [Notice(person, f"contract.{step}", title, body.fill(number=number), object_type="contract",
                   object_id=contract_id) for person in people]


def application_moved(step: str, *, application_id: UUID, number: int, people: Iterable[UUID]) -> list[Notice]:
    title, body = APPLICATION[step]
    return [Notice(person, f"application.{step}", title, body.fill(number=str(number)), object_type="application",
                   object_id=application_id) for person in people]
