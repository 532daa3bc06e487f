"""`make sbom`: what a release is made of, as CycloneDX 1.6: pinned packages with their hashes, and files of others.

    python -m tests.sbom [FILE]

Read from what a release installs and ships: requirements.txt and the VENDOR.json beside each vendored file. The same
sources give the same bytes: no instant, no random number, no machine.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
VENDORED = ("web/static/vendor", "vault/data")
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+?)(?:\s*;[^\\]*)?\s*\\$((?:\n +--hash=sha256:[0-9a-f]{64}(?: \\)?)+)",
    re.MULTILINE,
)
SITE = "https://opposable.example/sbom/"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sbom", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, help="where to write it; without one, standard output")
    options = parser.parse_args()
    text = sbom()
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem:
        print(f"Not CycloneDX 1.6: {problem}", file=sys.stderr)
        return 1
    if options.file is None:
        print(text)
        return 0
    options.file.parent.mkdir(parents=True, exist_ok=True)
    options.file.write_text(text + "\n", encoding="utf-8")
    print(f"{len(json.loads(text)['components'])} components: {options.file}")
    return 0


def sbom() -> str:
    """The document, its components sorted by name."""
    parts = sorted([*packages(), *files()], key=lambda part: (part.name, part.version or ""))
    bom = Bom(components=parts)
    bom.metadata.component = root = platform()
    bom.register_dependency(root, parts)
    # The library's own marks, an instant and a random number, would make each document another one.
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    told["metadata"].pop("timestamp", None)
    told["metadata"].pop("tools", None)
    told.pop("serialNumber", None)
    content = json.dumps(told, sort_keys=True)
    told["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, SITE + content)}"
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False)


def platform() -> Component:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=project["name"],
        licenses=[DisjunctiveLicense(id=project["license"])],
    )


def packages() -> Iterator[Component]:
    """Every pin of requirements.txt with the hashes of its files, any of which may be installed."""
    for name, version, hashes in PIN.findall(REQUIREMENTS.read_text(encoding="utf-8")):
        address = PackageURL("pypi", name=name.lower().replace("_", "-"), version=version)
        yield Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version,
            purl=address,
            bom_ref=str(address),
            hashes=[_sha256(one) for one in sorted(re.findall(r"[0-9a-f]{64}", hashes))],
        )


def files() -> Iterator[Component]:
    """What lies here as a file: its package, version, licence and the hash of the file as it is shipped."""
    for folder in VENDORED:
        for record in json.loads((ROOT / folder / "VENDOR.json").read_text(encoding="utf-8")):
            yield Component(
                type=ComponentType.FILE,
                name=f"{folder}/{record['file']}",
                version=record["version"],
                description=f"{record['package']} {record['version']}; changes: {record['changes']}",
                bom_ref=f"file:{folder}/{record['file']}",
                hashes=[_sha256(record["sha256"])],
                licenses=[_licence(record["licence"])],
            )


def _licence(told: str) -> DisjunctiveLicense:
    """By its SPDX name, or in the words of its record where it is more than one."""
    return DisjunctiveLicense(id=told) if is_supported_id(told) else DisjunctiveLicense(name=told)


def _sha256(content: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=content)


if __name__ == "__main__":
    sys.exit(main())
