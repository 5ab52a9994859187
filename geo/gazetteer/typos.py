"""One typo: a letter wrong, missing, too many, or two changed places. Pure.

Two sounds one typo apart agree on something that is left of either without one letter, so a dictionary of those finds them.
"""

from __future__ import annotations

#: Shorter names differ from their neighbours by one letter too often.
SHORTEST = 5


def deletions(sound: str) -> set[str]:
    """The sound without each of its letters in turn."""
    return {sound[:at] + sound[at + 1:] for at in range(len(sound))} if len(sound) >= SHORTEST - 1 else set()


def is_typo(sound: str, other: str) -> bool:
    """Whether the two are different and one typo apart, and both long enough for that to mean something.

    A name with a number has no typos: "Айдос 1" and "Айдос 2" are two villages.
    """
    if not sound.isalpha() or sound == other or len(sound) < SHORTEST or len(other) < SHORTEST - 1:
        return False
    if abs(len(sound) - len(other)) > 1:
        return False
    shorter = min(len(sound), len(other))
    at = next((at for at in range(shorter) if sound[at] != other[at]), shorter)
    mine, theirs = sound[at:], other[at:]
    if len(mine) == len(theirs):
        return mine[1:] == theirs[1:] or (mine[:2] == theirs[1::-1] and mine[2:] == theirs[2:])
    return mine[1:] == theirs if len(mine) > len(theirs) else mine == theirs[1:]
