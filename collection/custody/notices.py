"""What we tell the counterparties about a load. No names, addresses, telephone numbers or sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.words import Words
from collection.pickups.steps import Rest
from notifications.outbox import Notice

from .models import Consignment

#: event -> who is told (columns of the consignment), title, body.
NOTICES: dict[str, tuple[tuple[str, ...], Words, Words]] = {
    "loaded": (
        ("generator_id", "recycler_id"),
        Words("Жүк тиелді", "Груз принят к перевозке", "Load taken"),
        Words("№{number} партия жолға шықты.", "Партия №{number} в пути.", "Consignment No {number} is on its way."),
    ),
    "weighed": (
        ("generator_id",),
        Words("Жүк өлшенді", "Груз взвешен", "Load weighed"),
        Words("№{number} партия таразыда өлшенді.", "Партия №{number} взвешена.",
              "Consignment No {number} was weighed."),
    ),
    "delivered": (
        ("recycler_id",),
        Words("Жүк қақпада", "Груз у ворот", "Load at the gate"),
        Words("№{number} партия жеткізілді, қабылдауды растаңыз.", "Партия №{number} доставлена, подтвердите приёмку.",
              "Consignment No {number} was delivered and awaits your receipt."),
    ),
    "received": (
        ("collector_id", "generator_id"),
        Words("Жүк қабылданды", "Груз принят", "Load received"),
        Words("Қайта өңдеуші №{number} партияны қабылдады.", "Переработчик принял партию №{number}.",
              "The recycler has received consignment No {number}."),
    ),
    "returned": (
        ("collector_id", "generator_id"),
        Words("Жүктен бас тартылды", "В приёмке отказано", "Load refused"),
        Words("Қайта өңдеуші №{number} партияны қабылдамады.", "Переработчик отказался от партии №{number}.",
              "The recycler has refused consignment No {number}."),
    ),
    "taken_back": (
        ("generator_id", "recycler_id"),
        Words("Жүк кері әкелінді", "Груз привезён обратно", "Load brought back"),
        Words("№{number} партия кері әкелінді, көлік парағы жабылды.",
              "Партия №{number} привезена обратно, транспортный лист закрыт.",
              "Consignment No {number} was brought back; its transport sheet is closed."),
    ),
    "incident": (
        ("collector_id", "recycler_id", "generator_id"),
        Words("Жүкпен оқиға болды", "Происшествие с грузом", "Something happened to a load"),
        Words("№{number} партиямен оқиға болды.", "С партией №{number} произошло происшествие.",
              "Something happened to consignment No {number}."),
    ),
    "processed": (
        ("collector_id", "generator_id"),
        Words("Қалдық қайта өңделді", "Отходы переработаны", "Waste recycled"),
        Words("№{number} партия қайта өңделді.", "Партия №{number} переработана.",
              "Consignment No {number} was recycled."),
    ),
    "correction_proposed": (
        ("collector_id",),
        Words("Түзету ұсынылды", "Предложено исправление", "Correction proposed"),
        Words("№{number} партия: қабылданған массаны түзетуге келісіміңіз керек.",
              "Партия №{number}: нужно ваше согласие на исправление принятой массы.",
              "Consignment No {number}: your consent to a corrected mass is asked for."),
    ),
    "correction_declined": (
        ("recycler_id",),
        Words("Түзетуден бас тартылды", "Исправление отклонено", "Correction declined"),
        Words("№{number} партия: қабылданған масса бұрынғыдай қалады.", "Партия №{number}: принятая масса остаётся прежней.",
              "Consignment No {number}: the accepted mass stays as it was."),
    ),
    "corrected": (
        ("collector_id", "recycler_id", "generator_id"),
        Words("Қабылдау түзетілді", "Приёмка исправлена", "Receipt corrected"),
        Words("№{number} партияның қабылданған массасы түзетілді.", "Исправлена принятая масса партии №{number}.",
              "The accepted mass of consignment No {number} was corrected."),
    ),
}


def told(event: str, loads: Iterable[Consignment]) -> set[UUID]:
    """The organisations to be told of `event`."""
    columns = NOTICES[event][0]
    return {getattr(load, column) for load in loads for column in columns} - {None}


def moved(event: str, loads: Iterable[Consignment], actor: Actor,
          members: Mapping[UUID, Sequence[UUID]]) -> list[Notice]:
    """One notice per load and person, but for whoever did it. `members`: organisation -> its people."""
    columns, title, body = NOTICES[event]
    found = []
    for load in loads:
        organisations = dict.fromkeys(getattr(load, column) for column in columns)
        people = dict.fromkeys(person for one in organisations for person in members.get(one, ()))
        text = body.fill(number=load.number)
        found += [Notice(person, f"consignment.{event}", title, text, "consignment", load.pk)
                  for person in people if person != actor.user_id]
    return found


LEFT = Words("Қалғаны қайта ұсынылды", "Остаток предложен снова", "The rest is on offer again")
LEFT_BODY = Words(
    "Алынбай қалғаны №{number} өтінім болды.", "Невывезенный остаток стал заявкой №{number}.",
    "What was left became request No {number}.",
)


def left(rests: Sequence[Rest], rows: Sequence[Consignment], served: Sequence[UUID | None],
         people: Mapping[UUID, Iterable[UUID]]) -> list[Notice]:
    """To the generators: what one lorry could not take is a request of its own."""
    generator = {pickup_id: row.generator_id for row, pickup_id in zip(rows, served, strict=True)}
    return [
        Notice(person, "pickup.residual", LEFT, LEFT_BODY.fill(number=rest.number), "pickup", rest.id)
        for rest in rests for person in people.get(generator[rest.pickup_id], ())  # type: ignore[arg-type]
    ]
