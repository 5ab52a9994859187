"""How tests look at a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, InternalError, transaction

from collection.kernel.refusals import Refusal


@contextmanager
def refused(refusal: type[Refusal], **defects: str) -> Iterator[None]:
    """The block raises exactly this refusal; `defects`, where given, are all of its pointers (/ as __) and codes."""
    with pytest.raises(refusal) as caught:
        yield
    assert type(caught.value) is refusal
    if defects:
        found = {one.pointer: one.code for one in caught.value.defects}
        assert found == {"/" + name.replace("__", "/"): code for name, code in defects.items()}


@contextmanager
def database_refuses(what: str) -> Iterator[None]:
    """The database itself says no, naming `what`; the rest of the test goes on."""
    with pytest.raises((IntegrityError, InternalError)) as caught, transaction.atomic():
        yield
    assert what in str(caught.value) + str(getattr(caught.value.__cause__, "diag", None) and
                                           caught.value.__cause__.diag.constraint_name)
