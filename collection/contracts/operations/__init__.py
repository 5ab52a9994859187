"""The verbs of programmes, prices, participants and contracts, by topic. Each takes a list where a replay needs one."""

from .applications import (
    Agreed,
    ApplicationOpen,
    Asked,
    apply_for_contract,
    approve_application,
    refuse_application,
    sign_application,
    verify_application,
    withdraw_application,
)
from .drawing_up import ContractNumberTaken, NewContract, draw_up_contracts
from .lifecycle import NotSigned, approve_contracts, close_contract, resume_contract, suspend_contract
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
from .prices import (
    NewIndex,
    NewTariff,
    NewVat,
    PricesClash,
    SecondPersonNeeded,
    load_published_prices,
    set_index,
    set_tariffs,
    set_vat,
)
from .programmes import ProgrammeChanges, ProgrammeCodeTaken, Reach, change_programme, create_programme
from .repricing import approve_tariff_change, propose_tariff_change, withdraw_tariff_change

__all__ = [
    "Agreed", "AlreadyEnrolled", "ApplicationOpen", "Asked", "ContractNumberTaken", "Contractor", "NewContract",
    "NewContractor", "NewGenerator", "NewIndex", "NewSite", "NewTariff", "NewVat", "NotSigned", "PricesClash",
    "ProgrammeChanges", "ProgrammeCodeTaken", "Reach", "RegisteredGenerator",
    "SecondPersonNeeded", "apply_for_contract",
    "approve_application", "approve_contracts", "approve_tariff_change", "change_programme", "close_contract",
    "create_programme", "draw_up_contracts", "load_published_prices", "propose_tariff_change",
    "refuse_application", "register_contractors", "register_generators", "resume_contract", "set_index",
    "set_tariffs", "set_vat", "sign_application", "suspend_contract", "verify_application",
    "withdraw_application", "withdraw_tariff_change",
]
