"""Clients of the API for those who write apps, generated from the committed schema: `.local/clients/LANGUAGE`, and a zip of each.

The generator is Java (both from PyPI, hashed, in a venv of their own); a warning of it about a phone's language is an error.
Everything is kept until the schema, a lock file or this file changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
HERE, SCHEMA, LOCK = Path(__file__).parent, ROOT / "api" / "v1" / "openapi.yaml", ROOT / "requirements-clients.lock"
OUT = ROOT / ".local" / "clients"
VENV = OUT / "venv"
PYTHON = VENV / "bin" / "python"
#: language -> generator, and what it is told. Swift and Dart have a word of their own for some parameters' names.
NAMES = ("--model-name-mappings", "on=OnDay,from=FromMonth,type=TypeOf")
GENERATORS = {
    "kotlin": ("kotlin", ()),
    "swift": ("swift6", NAMES),
    "dart": ("dart", NAMES),
    "python": ("python", (*NAMES, "--package-name", "collection_client")),
    "typescript": ("typescript-fetch", ("--additional-properties", "importFileExtension=.js")),
}
PHONES = ("kotlin", "swift", "dart")
#: What Dart's generator has a shape for; a photo's bytes go to their presigned place by the app's plain HTTP client.
DART_SENDS = {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}


class Warned(RuntimeError):
    """The generator warned about a client that must be made without warnings."""


def make(languages: tuple[str, ...] = tuple(GENERATORS)) -> dict[str, Path]:
    """The folders of these clients, generated where they are not of today's schema. Raises Warned, CalledProcessError."""
    install()
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(languages, pool.map(generated, languages), strict=True))


def generated(language: str) -> Path:
    generator, told = GENERATORS[language]
    folder, stamp = OUT / language, OUT / f"{language}.made"
    wanted = digest(SCHEMA, LOCK, HERE / "package-lock.json", Path(__file__))
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    schema = OUT / f"{language}.yaml"
    schema.write_text(yaml.safe_dump(schema_for(language), sort_keys=False, allow_unicode=True))
    program = VENV / "bin" / "openapi-generator-cli"
    command: list[str | Path] = [program, "generate", "-i", schema, "-g", generator, "-o", folder, *told]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (OUT / f"{language}.log").write_text(done.stdout + done.stderr)
    done.check_returncode()
    warnings = [line for line in (done.stdout + done.stderr).splitlines() if " WARN " in line or " ERROR " in line]
    if warnings and language in PHONES:
        raise Warned(f"{language}: {len(warnings)} warnings\n" + "\n".join(warnings))
    if language == "typescript":
        compiled(folder)
    pack(folder, OUT / f"collection-client-{language}.zip")
    stamp.write_text(wanted)
    return folder


def schema_for(language: str) -> dict[str, Any]:
    """The committed schema; for Dart without the bodies of bytes that its generator cannot send."""
    schema: dict[str, Any] = yaml.safe_load(SCHEMA.read_text())
    if language == "dart":
        for methods in schema["paths"].values():
            for method in [name for name, one in methods.items() if bytes_in(one)]:
                del methods[method]
    return schema


def bytes_in(operation: dict[str, Any]) -> bool:
    sent = operation.get("requestBody", {}).get("content", {})
    return bool(sent.keys() - DART_SENDS)


def compiled(folder: Path) -> None:
    """TypeScript checked and turned into JavaScript modules, beside it in `dist`."""
    compiler = OUT / "npm" / "node_modules"
    (folder / "package.json").write_text('{"name": "collection-client", "type": "module", "main": "dist/index.js"}\n')
    subprocess.run(["node", compiler / "typescript" / "bin" / "tsc", "--target", "es2022", "--module", "nodenext",
                    "--moduleResolution", "nodenext", "--strict", "--declaration", "--skipLibCheck", "--outDir", "dist",
                    "--typeRoots", compiler / "@types", "--types", "node", "index.ts"], cwd=folder, check=True)


def install() -> None:
    """The generator, what the Python client stands on, and the TypeScript compiler, from their hashed locks."""
    OUT.mkdir(parents=True, exist_ok=True)
    wanted, stamp = digest(LOCK, HERE / "package-lock.json"), OUT / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                    "-r", LOCK], check=True)
    tree = OUT / "npm"
    tree.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, tree)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=tree, check=True)
    stamp.write_text(wanted)


def digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + os.fsencode(ROOT)).hexdigest()


def pack(folder: Path, target: Path) -> None:
    """A zip of the folder: the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            made.writestr(zipfile.ZipInfo(str(Path(folder.name) / file.relative_to(folder))), file.read_bytes(),
                          zipfile.ZIP_DEFLATED)
