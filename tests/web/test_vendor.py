"""What we did not write is what we say it is."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "web/static/vendor"
RECORDS = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))


def test_every_vendored_file_is_recorded_with_its_hash_and_licence() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir() if path.suffix != ".json"
    }

    assert {record["file"]: record["sha256"] for record in RECORDS} == found
    assert all(
        record["package"] and record["version"] and record["licence"] and record["changes"] for record in RECORDS
    )


def test_vendored_sheets_hold_no_data_image_and_nothing_important() -> None:
    for sheet in VENDOR.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")

        assert "data:" not in text
        assert "!important" not in text
