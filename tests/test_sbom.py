"""The list of what a release is made of: whole, valid, and the same each time."""

import hashlib
import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests import sbom
from tests.house.tree import ROOT


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sbom.sbom())
    return document


def test_it_is_what_the_standard_says(told: dict[str, Any]) -> None:
    """By the schema that the library ships; a document that breaks it is noticed."""
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert validator.validate_str(json.dumps(told)) is None
    assert validator.validate_str(json.dumps(told | {"components": [{"name": "nothing else"}]})) is not None


def test_the_same_sources_give_the_same_bytes(told: dict[str, Any]) -> None:
    assert sbom.sbom() == sbom.sbom()
    assert "timestamp" not in told["metadata"]
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told["serialNumber"])


def test_every_pin_is_in_it_with_its_hashes(told: dict[str, Any]) -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==([^\s;]+)", text, re.MULTILINE))
    libraries = {one["name"]: one for one in told["components"] if one["type"] == "library"}

    assert len(pins) > 50
    assert {name: one["version"] for name, one in libraries.items()} == pins
    assert all(one["purl"].startswith("pkg:pypi/") and one["hashes"] for one in libraries.values())
    assert sum(len(one["hashes"]) for one in libraries.values()) == text.count("--hash=sha256:")


def test_every_file_of_others_is_in_it_as_it_lies_here(told: dict[str, Any]) -> None:
    files = {one["name"]: one for one in told["components"] if one["type"] == "file"}
    lying = [
        path
        for folder in sbom.VENDORED
        for path in (ROOT / folder).iterdir()
        if path.is_file() and path.suffix in {".js", ".css", ".traineddata"}
    ]

    assert sorted(files) == sorted(str(path.relative_to(ROOT)) for path in lying)
    for path in lying:
        [kept] = files[str(path.relative_to(ROOT))]["hashes"]
        assert kept == {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}
        assert files[str(path.relative_to(ROOT))]["licenses"]
