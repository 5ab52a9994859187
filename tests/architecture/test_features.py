"""`docs/features.md` names all 95 features, each with a test that exists, or says that it is not there yet."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
TEXT = (ROOT / "docs/features.md").read_text(encoding="utf-8")


def test_all_ninety_five_are_there_in_order():
    assert [int(number) for number, _, _ in ROW.findall(TEXT)] == list(range(1, 96))


def test_every_named_test_exists():
    known: dict[str, set[str]] = {}
    for number, _, proof in ROW.findall(TEXT):
        named = re.findall(r"`(\S+)::(\w+)`", proof)
        assert named or proof == "not yet", number
        for path, name in named:
            if path not in known:
                tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
                known[path] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert name in known[path], f"{number}: {path}::{name}"


def test_the_count_is_that_of_the_rows():
    proofs = [proof for _, _, proof in ROW.findall(TEXT)]
    counted = (sum(one.startswith("`") for one in proofs), sum(one.startswith("in part") for one in proofs),
               proofs.count("not yet"))
    assert "Today {} are whole, {} in part and {} not yet there.".format(*counted) in " ".join(TEXT.split())
