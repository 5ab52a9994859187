"""How long things live, and what may be guessed how often. Source: the API's design, "Accounts"."""

from __future__ import annotations

from datetime import timedelta

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=5)
CODE_TRIES = 5
#: A phone that lost the answer to its right code may send the code again this long, and gets the same session.
LOGIN_GRACE = timedelta(seconds=60)
#: A phone that lost the answer to a refresh may repeat it this long with the old token, and gets the same new one.
REFRESH_GRACE = timedelta(seconds=20)
#: Wrong codes of the second factor before a pause, and the pause; how long a given code opens what moves money.
FACTOR_TRIES, FACTOR_PAUSE = 5, timedelta(minutes=15)
STEP_UP_LIVES = timedelta(minutes=15)
RECOVERY_CODES = 10
#: Limits look back a day; a complaint about a stolen session a little longer.
CODES_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=90)

#: What an organisation may be registered as, and which roles its admin may then give.
GIVES: dict[str, tuple[str, ...]] = {
    "generator_admin": ("generator", "generator_admin"),
    "collector_admin": ("driver", "collector_admin"),
    "recycler_admin": ("recycler", "recycler_admin"),
}
GIVEN_ROLES = tuple(sorted({role for roles in GIVES.values() for role in roles}))
KINDS = ("person", "company")
