"""The verbs of programmes, prices, participants and contracts, by topic. Each takes a list where a replay needs one."""

from .drawing_up import ContractNumberTaken, NewContract, draw_up_contracts
from .lifecycle import SamePerson, approve_contracts, close_contract, resume_contract, suspend_contract
from .participants import (
    AlreadyEnrolled,
    Contractor,
    NewContractor,
    NewGenerator,
    NewSite,
    RegisteredGenerator,
    register_contractors,
    register_generators,
)
from .prices import NewIndex, NewTariff, NewVat, PricesClash, load_published_prices, set_index, set_tariffs, set_vat
from .programmes import ProgrammeChanges, ProgrammeCodeTaken, Reach, change_programme, create_programme

__all__ = [
    "AlreadyEnrolled", "ContractNumberTaken", "Contractor", "NewContract", "NewContractor", "NewGenerator", "NewIndex",
    "NewSite", "NewTariff", "NewVat", "PricesClash", "ProgrammeChanges", "ProgrammeCodeTaken", "Reach",
    "RegisteredGenerator",
    "SamePerson", "approve_contracts", "change_programme", "close_contract", "create_programme", "draw_up_contracts",
    "load_published_prices", "register_contractors", "register_generators", "resume_contract", "set_index",
    "set_tariffs", "set_vat", "suspend_contract",
]
