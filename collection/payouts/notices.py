"""What contractors are told about their money: that something happened, never a sum."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from collection.kernel.words import Words
from notifications.outbox import Notice

CLAIM = Words("Төлем өтінімі", "Заявка на выплату", "Payout claim")
CLAIM_BODY = {
    "draft": Words("Ай жабылды: №{number} өтінім дайын, актісі мен ЭШФ-ын қосып тапсырыңыз.",
                   "Месяц закрыт: заявка №{number} готова, подайте её с актом и ЭСФ.",
                   "The month is closed: claim No {number} is ready to be submitted with its act and e-invoice."),
    "appeal_dismissed": Words("№{number} өтінім бойынша шағым қанағаттандырылмады.",
                              "Возражение по заявке №{number} отклонено.", "The appeal on claim No {number} was dismissed."),
    "submitted": Words("№{number} өтінім берілді.", "Заявка №{number} подана.", "Claim No {number} was submitted."),
    "returned": Words("№{number} өтінім түзетуге қайтарылды.", "Заявка №{number} возвращена на исправление.",
                      "Claim No {number} was returned for correction."),
    "verified": Words("№{number} өтінім тексеруден өтті.", "Заявка №{number} прошла проверку.",
                      "Claim No {number} passed verification."),
    "queued": Words("№{number} өтінім бекітілді және кезекте тұр.", "Заявка №{number} утверждена и ждёт очереди.",
                    "Claim No {number} was approved and waits in the queue."),
    "approved": Words("№{number} өтінім бекітілді.", "Заявка №{number} утверждена.", "Claim No {number} was approved."),
    "registered": Words("№{number} өтінім төлем тізіліміне енгізілді.", "Заявка №{number} включена в платёжный реестр.",
                        "Claim No {number} was put into a payment register."),
    "paid": Words("№{number} өтінім төленді.", "Заявка №{number} оплачена.", "Claim No {number} was paid."),
    "rejected": Words("№{number} өтінім қабылданбады.", "Заявка №{number} отклонена.",
                      "Claim No {number} was rejected."),
    "sent_back": Words("Банк №{number} өтінімнің төлемін қайтарды, ол қайта жіберіледі.",
                       "Банк вернул платёж по заявке №{number}, он будет отправлен снова.",
                       "The bank returned the payment of claim No {number}; it will be sent again."),
}
HELD = Words("Төлем ұсталды", "Выплата удержана", "Payment held")
HELD_BODY = Words("№{number} партия бойынша төлем ұсталды. Себебін қолданбадан қараңыз.",
                  "Выплата по партии №{number} удержана. Причину смотрите в приложении.",
                  "The payment for consignment No {number} is held. See the reason in the app.")


def claim_moved(event: str, claim_id: UUID, number: int, people: Iterable[UUID]) -> list[Notice]:
    """The claim's new state (or `sent_back` by the bank), to the contractor's people."""
    body = CLAIM_BODY[event].fill(number=number)
    return [Notice(person, f"claim.{event}", CLAIM, body, "claim", claim_id) for person in people]


def held(consignment_id: UUID, number: int, people: Iterable[UUID]) -> list[Notice]:
    body = HELD_BODY.fill(number=number)
    return [Notice(person, "money.held", HELD, body, "consignment", consignment_id) for person in people]
