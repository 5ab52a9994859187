"""The tools that keep most arrows, run on a tree: this checkout, or a copy of it with something wrong in it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("api", "collection", "geo", "notifications")


def run(tree: Path, *command: str) -> tuple[bool, str]:
    """Whether the command succeeded there, and all that it said. The first word is a program of this environment."""
    program, *words = command
    path = sys.executable if program == "python" else str(Path(sys.executable).with_name(program))
    done = subprocess.run([path, *words], cwd=tree, env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "500"}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300)
    return done.returncode == 0, done.stdout


def layers(tree: Path, *contracts: str) -> tuple[bool, str]:
    """import-linter, all contracts of pyproject.toml or those named."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    kept, said = run(tree, "lint-imports", "--no-logo", "--no-cache", *chosen)
    return kept, " ".join(said.split())


def names(tree: Path, *options: str) -> tuple[bool, str]:
    """ruff."""
    return run(tree, "ruff", "check", "--no-cache", "--output-format", "concise", *options, ".")


def contracts(tree: Path = ROOT) -> dict[str, dict[str, Any]]:
    """The contracts of import-linter by their id."""
    settings = tomllib.loads((tree / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def rooms(tree: Path = ROOT) -> list[str]:
    """From the ridge to the ground."""
    return list(contracts(tree)["A2"]["layers"])


def sources(tree: Path) -> dict[str, str]:
    """Every Python file of the product but migrations: path in the tree -> text."""
    found = {}
    for package in PRODUCT:
        for path in sorted((tree / package).rglob("*.py")):
            if "migrations" not in path.parts:
                found[str(path.relative_to(tree))] = path.read_text()
    return found
