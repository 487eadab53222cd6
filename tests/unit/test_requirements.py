"""What is installed to play: ranges for everybody, a lock with hashes for this program."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def required(file: str) -> list[Requirement]:
    """What a file asks for, without the files that it includes."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    asked = (line.partition(" #")[0].strip() for line in lines)
    return [Requirement(line) for line in asked if line and line[0] not in "#-"]


REQUIREMENTS = required("requirements.txt")
FILES = sorted(file.name for file in ROOT.glob("requirements*.txt"))


def locked() -> dict[str, list[str]]:
    """The versions of each package in the lock, one for each kind of Python that it tells apart."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", LOCK, flags=re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda r: r.name)
def test_ranges_and_lock_agree(requirement: Requirement) -> None:
    versions = locked().get(canonicalize_name(requirement.name))
    assert versions, f"{requirement.name} is not in requirements.lock: make lock"
    assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("file", FILES)
def test_every_range_has_an_upper_bound(file: str) -> None:
    for requirement in required(file):
        bounds = [one for one in requirement.specifier if one.operator in ("<", "<=", "==", "~=")]
        assert bounds, f"{file}: {requirement}"


def test_every_package_has_a_hash_and_no_address() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > len(REQUIREMENTS)
    assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))
    assert "://" not in LOCK
