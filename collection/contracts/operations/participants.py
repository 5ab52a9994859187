"""Who takes part: generators enrol themselves, contractors are registered by the programme's manager."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts import steps as accounts
from collection.accounts.identity import is_valid_identity_number, kind_of
from collection.accounts.models import Membership, Organisation, Session, User
from collection.accounts.operations import IdentityNumberInvalid, OrganisationExists, PhoneNotServed
from collection.accounts.phones import is_served
from collection.accounts.states import GIVES
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, Refusal, Unprocessable
from collection.kernel.words import Words
from collection.registry import steps as registry
from collection.registry.models import Site
from collection.registry.queries import Placed, placed
from collection.registry.rules import pointer
from notifications import outbox

from .. import notices
from ..models import Enrolment, Programme
from ..rules import ROLES_OF_KIND


class AlreadyEnrolled(Refusal):
    code = "already_enrolled"
    kind = Kind.CONFLICT
    words = Words("Бағдарламаға қосылып қойған", "Уже участвует в программе", "Enrolled in this programme already")


@dataclass(frozen=True, slots=True)
class NewSite:
    """A generator's first site. Degrees WGS 84."""

    name: str
    longitude: float
    latitude: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewGenerator:
    """An organisation that will hand over waste, and its person: a known one (`user_id`) or one by telephone number."""

    programme: str  # its code
    kind: str  # person | company
    identity_number: str  # IIN or BIN
    name: str
    user_id: UUID | None = None
    phone: str = ""
    user_name: str = ""
    language: str = "ru"
    site: NewSite | None = None


@dataclass(frozen=True, slots=True)
class RegisteredGenerator:
    organisation_id: UUID
    user_id: UUID
    programme: str
    site: Placed | None


@dataclass(frozen=True, slots=True)
class NewContractor:
    """A company that may be given contracts of `contract_kind`, and the person who will be its admin."""

    contract_kind: str  # collection | recycling | full_cycle
    identity_number: str  # BIN, or the IIN of a sole trader
    name: str
    phone: str
    user_name: str = ""
    language: str = "ru"
    kind: str = "company"
    synthetic: bool = False


Registrant = NewGenerator | NewContractor


@dataclass(frozen=True, slots=True)
class Contractor:
    organisation_id: UUID
    user_id: UUID
    roles: tuple[str, ...]


def register_generators(*, actor: Actor, at: datetime, generators: Sequence[NewGenerator],
                        session_id: UUID | None = None) -> list[RegisteredGenerator]:
    """Organisation, membership, generator, enrolment and first site of each, with the same statements for one or all.

    An organisation whose admin the person is already, of any kind, enrols as it is. `session_id` then acts for the
    (one) generator. Errors: IdentityNumberInvalid and PhoneNotServed (malformed), Unprocessable with
    `unknown_programme` and `programme_is_over`, OutsideCountry, OrganisationExists (whose is not said),
    AlreadyEnrolled; each names all.
    """
    _check_people(generators)
    programmes = _open_programmes(generators, at)
    with_site = [(n, one.site) for n, one in enumerate(generators) if one.site]
    located = registry.locate([(site.longitude, site.latitude) for _, site in with_site],
                              [pointer(generators, n, "site/point") for n, _ in with_site])
    users = _users(generators, at)
    organisations = _organisations(
        [accounts.NewOrganisation(uuid7(at), one.kind, one.identity_number, one.name, at,
                                  synthetic=programmes[one.programme].synthetic) for one in generators], owners=users)
    accounts.add_memberships(
        accounts.NewMembership(uuid7(at), user, organisation, "generator_admin", at)
        for user, organisation in zip(users, organisations, strict=True))
    registry.insert_generators(organisations, at=at)
    rows = registry.insert_places(Site, [
        registry.NewPlace(organisations[n], site.name, site.longitude, site.latitude, site.address)
        for n, site in with_site
    ], located, at=at)
    sites = {n: placed(row) for (n, _), row in zip(with_site, rows, strict=True)}
    _enrol(generators, [programmes[one.programme].id for one in generators], organisations, sites, at)
    if session_id is not None:
        Session.objects.filter(pk=session_id, user_id=users[0]).update(membership=Membership.objects.get(
            user_id=users[0], organisation_id=organisations[0], role="generator_admin", removed_at=None))
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("generator.register", "organisation", organisation, after={
            "kind": one.kind, "programme": one.programme, "user_id": user,
            "site": sites[n].id if n in sites else None, "kato": sites[n].kato if n in sites else None,
        })
        for n, (one, user, organisation) in enumerate(zip(generators, users, organisations, strict=True))
    ])
    outbox.put(notices.registered(dict(zip(organisations, users, strict=True))), at=at)
    return [
        RegisteredGenerator(organisation, user, one.programme, sites.get(n))
        for n, (one, user, organisation) in enumerate(zip(generators, users, organisations, strict=True))
    ]


def register_contractors(*, actor: Actor, at: datetime, contractors: Sequence[NewContractor]) -> list[Contractor]:
    """Organisation, person and admin memberships of each: collector, recycler, or both for the full cycle.

    Errors: IdentityNumberInvalid, PhoneNotServed (malformed), OrganisationExists; each names all.
    """
    _check_people(contractors)
    users = _users(contractors, at)
    organisations = _organisations([
        accounts.NewOrganisation(uuid7(at), one.kind, one.identity_number, one.name, at, synthetic=one.synthetic)
        for one in contractors
    ])
    found = [
        Contractor(organisation, user, ROLES_OF_KIND[one.contract_kind])
        for one, user, organisation in zip(contractors, users, organisations, strict=True)
    ]
    accounts.add_memberships(
        accounts.NewMembership(uuid7(at), one.user_id, one.organisation_id, role, at)
        for one in found for role in one.roles)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("contractor.register", "organisation", one.organisation_id,
                   after={"user_id": one.user_id, "roles": one.roles})
        for one in found
    ])
    outbox.put(notices.appointed({one.organisation_id: one.user_id for one in found}), at=at)
    return found


def _check_people(new: Sequence[Registrant]) -> None:
    wrong_number, wrong_phone = [], []
    for n, one in enumerate(new):
        at = pointer(new, n, "identity_number")
        if not is_valid_identity_number(one.identity_number):
            wrong_number.append(Defect(at, "wrong_check_digit_or_structure"))
        elif kind_of(one.identity_number) != one.kind:
            wrong_number.append(Defect(at, "belongs_to_other_kind"))
        if getattr(one, "user_id", None) is None and not is_served(one.phone):
            wrong_phone.append(Defect(pointer(new, n, "phone"), PhoneNotServed.code))
    if wrong_number:
        raise IdentityNumberInvalid(defects=wrong_number + wrong_phone)
    if wrong_phone:
        raise PhoneNotServed(defects=wrong_phone)


def _open_programmes(generators: Sequence[NewGenerator], at: datetime) -> dict[str, Programme]:
    found = {row.code: row for row in Programme.objects.filter(code__in={one.programme for one in generators})}
    today, defects = almaty_date(at), []
    for n, one in enumerate(generators):
        programme = found.get(one.programme)
        if programme is None:
            defects.append(Defect(pointer(generators, n, "programme"), "unknown_programme"))
        elif programme.ends_on is not None and programme.ends_on < today:
            defects.append(Defect(pointer(generators, n, "programme"), "programme_is_over"))
    if defects:
        raise Unprocessable(defects=defects)
    return found


def _users(new: Sequence[Registrant], at: datetime) -> list[UUID]:
    """The person of each, those known by telephone number only inserted where they are new."""
    by_phone = {one.phone: one for one in new if getattr(one, "user_id", None) is None}
    if by_phone:
        accounts.add_users(
            accounts.NewUser(uuid7(at), phone, one.user_name, one.language, at) for phone, one in by_phone.items())
    known = dict(User.objects.filter(phone__in=by_phone).values_list("phone", "id")) if by_phone else {}
    return [getattr(one, "user_id", None) or known[one.phone] for one in new]


def _organisations(new: Sequence[accounts.NewOrganisation], *, owners: Sequence[UUID] = ()) -> list[UUID]:
    """Their ids once they are there: inserted, or there already and its owner's; OrganisationExists otherwise."""
    accounts.add_organisations(new)
    ids = dict(Organisation.objects.filter(
        identity_number__in=[one.identity_number for one in new]).values_list("identity_number", "id"))
    there = [ids[one.identity_number] for one in new if ids[one.identity_number] != one.id]
    owned = set(Membership.objects.filter(
        organisation__in=there, organisation__suspended_at=None, user__in=owners, role__in=GIVES,
        removed_at=None).values_list("organisation_id", "user_id")) if there and owners else set()
    times = Counter(one.identity_number for one in new)
    taken = [
        n for n, one in enumerate(new)
        if times[one.identity_number] > 1
        or ((found := ids[one.identity_number]) != one.id and (found, owners[n] if owners else None) not in owned)
    ]
    if taken:
        raise OrganisationExists(defects=[
            Defect(pointer(new, n, "identity_number"), OrganisationExists.code) for n in taken])
    return [ids[one.identity_number] for one in new]


def _enrol(generators: Sequence[NewGenerator], programme_ids: Sequence[UUID], organisations: Sequence[UUID],
           sites: Mapping[int, Placed], at: datetime) -> None:
    """One enrolment each, in the region of the first site; AlreadyEnrolled names all that are."""
    enrolled = set(Enrolment.objects.filter(
        programme__in=programme_ids, generator__in=organisations).values_list("programme_id", "generator_id"))
    twice = [n for n, pair in enumerate(zip(programme_ids, organisations, strict=True)) if pair in enrolled]
    if twice:  # between two requests at once the unique index decides
        raise AlreadyEnrolled(defects=[
            Defect(pointer(generators, n, "programme"), AlreadyEnrolled.code) for n in twice])
    Enrolment.objects.bulk_create(
        Enrolment(programme_id=programme, generator_id=organisation, enrolled_at=at,
                  region_id=sites[n].region_kato if n in sites else None)
        for n, (programme, organisation) in enumerate(zip(programme_ids, organisations, strict=True))
    )
