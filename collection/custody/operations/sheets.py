"""A transport sheet after it was drawn up: put right while it is open, and signed, party by party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from collection.accounts.models import Organisation
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.registry.rules import plate_of

from .. import eds
from ..models import Consignment, Return, Signature, TransportSheet
from ..queries.papers import content_of, parties_of

#: What each party's signature closes (migration 0011, `sheet_is_sealed`).
OF_GENERATOR, OF_DRIVER = ("estimated_g", "packages"), ("plate", "driver_name", "remark")


class SheetSealed(Refusal):
    """What somebody signed does not change; the defects say which fields."""

    code = "sheet_sealed"
    words = Words("Көлік парағына қол қойылған", "Транспортный лист уже подписан", "The transport sheet is signed already")


class AlreadySigned(Refusal):
    code = "already_signed"
    words = Words("Бұл тарап қол қойған", "Эта сторона уже подписала", "This party has signed already")


class EdsInvalid(Unprocessable):
    """The signature does not hold: of another text, or by a certificate that is not good or not the party's."""

    code = "eds_invalid"
    words = Words("Электрондық қолтаңба жарамсыз", "Электронная подпись недействительна",
                  "The electronic signature is not valid")


class EdsUnavailable(Refusal):
    code = "eds_unavailable"
    kind = Kind.BUSY
    words = Words("Қолтаңбаны тексеру қызметі жауап бермейді", "Служба проверки подписи не отвечает",
                  "The service that checks signatures does not answer")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a verifier said of a container: who signed which text."""

    content: str
    container: str
    signer: eds.Signer


def check_signature(*, actor: Actor, consignment_id: UUID, party: str, container: str) -> Checked:
    """Ask the verifier about a signature of the sheet as it stands. A network call, so outside any transaction.

    Errors: NotFound; WrongState (nothing to sign yet); EdsInvalid; EdsUnavailable.
    """
    load, organisation = _signing(actor, consignment_id, party)
    content = content_of(load.pk, party)
    if content is None:
        raise WrongState(state=load.state, allowed_actions=[])
    try:
        signer = eds.verifier().verify(container, content)
    except eds.SignatureInvalid as error:
        raise EdsInvalid(defects=[Defect("/container", error.code)]) from error
    except eds.VerifierDown as error:
        raise EdsUnavailable from error
    number = signer.iin if organisation.kind == "person" else signer.bin
    if number != organisation.identity_number or not signer.iin:
        raise EdsInvalid(defects=[Defect("/container", "signer_is_somebody_else")])
    return Checked(content, container, signer)


def sign_sheet(*, actor: Actor, at: datetime, consignment_id: UUID, party: str, version: int | None = None,
               checked: Checked | None = None) -> UUID:
    """Seal what `party` puts its name to: by the session of one of its people, or electronically with `checked`.

    `version`: of the consignment that was seen; it moves with every change of the sheet, so nobody signs what they did not
    see. Errors: NotFound; StaleVersion; WrongState (nothing to sign yet, or the load was brought back); AlreadySigned; EdsInvalid
    (the sheet was changed since it was signed). Returns the signature's id.
    """
    load, organisation = _signing(actor, consignment_id, party)
    Consignment.objects.locked(pk=load.pk).get()
    load.refresh_from_db()
    if version not in (None, load.version):
        raise StaleVersion(version=load.version)
    content = content_of(load.pk, party)
    if content is None or Return.objects.filter(pk=load.pk).exists():
        raise WrongState(state=load.state, allowed_actions=[])
    if checked and checked.content != content:
        raise EdsInvalid(defects=[Defect("/container", "sheet_changed")])
    method = "eds" if checked else "session"
    if Signature.objects.filter(consignment=load, party=party, method=method).exists():
        raise AlreadySigned
    of_signer = {"signer_number": checked.signer.iin, "certificate_serial": checked.signer.serial,
                 "verified_by": checked.signer.verified_by, "content": checked.content,
                 "container": checked.container} if checked else {}
    row = Signature.objects.create(
        id=uuid7(at), consignment=load, party=party, method=method, organisation=organisation, signed_by=actor.user_id,
        signed_at=at, recorded_at=at, **of_signer)
    Consignment.objects.filter(pk=load.pk).update(version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="sheet.sign", object_type="consignment", object_id=load.pk, after={
        "party": party, "method": method, "certificate": row.certificate_serial})
    return row.pk


def amend_sheet(*, actor: Actor, at: datetime, consignment_id: UUID, changes: Mapping[str, Any],
                version: int | None = None) -> None:
    """Put right what nobody has signed yet: `changes` of estimated_g, packages, plate, driver_name, remark.

    Errors: NotFound (not the collector's load, or a part, which has no sheet of its own); StaleVersion; SheetSealed;
    Unprocessable with `plate_invalid`. The database refuses a sealed field whoever writes (`sheet_is_sealed`).
    """
    load = Consignment.objects.visible_to(actor).locked(pk=consignment_id).first()
    sheet = TransportSheet.objects.filter(pk=consignment_id).first()
    if load is None or sheet is None or not (actor.is_house or actor.organisation_id == load.collector_id):
        raise NotFound
    if version not in (None, load.version):
        raise StaleVersion(version=load.version)
    signed = set(Signature.objects.filter(consignment=load).values_list("party", flat=True))
    sealed = (*(OF_GENERATOR if signed else ()), *(OF_DRIVER if signed & {"driver", "recycler"} else ()))
    if closed := sorted(set(changes) & set(sealed)):
        raise SheetSealed(defects=[Defect(f"/{name}", SheetSealed.code) for name in closed])
    wanted = dict(changes)
    if "plate" in wanted:
        wanted["plate"] = plate_of(wanted["plate"])
        if wanted["plate"] is None:
            raise Unprocessable(defects=[Defect("/plate", "plate_invalid")])
    before = {name: getattr(sheet, name) for name in wanted}
    TransportSheet.objects.filter(pk=load.pk).update(**wanted)
    Consignment.objects.filter(pk=load.pk).update(version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="sheet.amend", object_type="consignment", object_id=load.pk, before=before,
                 after=wanted)


def _signing(actor: Actor, consignment_id: UUID, party: str) -> tuple[Consignment, Organisation]:
    """The load, and the organisation that signs as `party`: the actor's own; NotFound otherwise."""
    load = Consignment.objects.visible_to(actor).filter(pk=consignment_id).first()
    if load is None or party not in parties_of(actor, load):
        raise NotFound
    owner = {"generator": load.generator_id, "driver": load.collector_id, "recycler": load.recycler_id}[party]
    return load, Organisation.objects.get(pk=owner)
