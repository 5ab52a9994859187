from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="tests of the house "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def copied() -> Callable[[Path], Path]:
    """What `python -m api.local` needs of this checkout, copied to the folder: the standard library is the rest."""

    def copy(folder: Path) -> Path:
        (folder / "api").mkdir(parents=True)
        (folder / "api" / "__init__.py").touch()
        shutil.copytree(ROOT / "api" / "local", folder / "api" / "local", ignore=shutil.ignore_patterns("__pycache__"))
        for lock in ROOT.glob("requirements*.lock"):
            shutil.copy(lock, folder)
        return folder

    return copy


@pytest.fixture(scope="session")
def local() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m api.local WORDS` in a checkout."""

    def run(checkout: Path, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "HOUSE"))}
        settings: dict[str, Any] = {"cwd": checkout, "env": env, "text": True, "capture_output": True, "timeout": 120}
        return subprocess.run([sys.executable, "-B", "-m", "api.local", *words], check=False, **(settings | options))

    return run
