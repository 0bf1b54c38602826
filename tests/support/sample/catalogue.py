"""What is in the catalogue before any event comes: models, benchmarks, metrics, prices, tags."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from pydantic_core import from_json

Json = dict[str, Any]

DATA = "CATALOGUE_CONSOLE_DATA"
"""Environment: a folder with models.ndjson, benchmarks.ndjson and results.ndjson, for the invented ones.
Opinions, use cases and prices of what stands there are invented all the same.
"""
FIRST_DAY, LAST_DAY = date(2024, 11, 1), date(2026, 10, 31)

LABORATORIES = {
    "aurora": ("Borealis", "Zephyr"),
    "bluegate": ("Harbour", "Pilot"),
    "cartesia-labs": ("Meridian",),
    "delphi-systems": ("Oracle Stone", "Tripod"),
    "fjord-ai": ("Skerry", "Tidal"),
    "greenfield": ("Furrow",),
    "kestrel": ("Kestrel", "Windhover"),
    "lighthouse": ("Beacon", "Fresnel"),
    "northwind": ("Gale", "Squall"),
    "open-commons": ("Commons",),
    "quillworks": ("Quill", "Folio"),
    "sable": ("Sable",),
    "tessellate": ("Mosaic", "Tessera"),
    "union-research": ("Union",),
}
SIZES = ("Nano", "Mini", "7B", "32B", "70B", "Large", "Large Reasoning")
LICENCES = ("apache-2.0", "mit", "community-1.0")
BENCHMARKS: dict[str, tuple[str, str, str]] = {
    "Ledger QA": ("finance", "percent", "Questions about the accounts of 120 companies; percent answered"),
    "Patchwork Verified": ("coding", "percent", "Bugs of real repositories, mended and tested; percent"),
    "Polyglot Edit": ("coding", "percent", "Edits in nine languages; percent whose tests pass"),
    "Longhaul 256k": ("retrieval", "fraction", "Facts found in a quarter of a million tokens; share found"),
    "Theorem Ladder": ("mathematics", "percent", "Proofs of growing length; percent that a checker accepts"),
    "Bench of Law": ("law", "percent", "Cases with a known judgement; percent decided alike"),
    "Kitchen Table": ("reasoning", "percent", "Everyday plans with something missing; percent mended"),
    "Arena of Letters": ("preference", "elo", "Which of two letters readers prefer; Elo"),
    "Chart Reader": ("vision", "fraction", "Numbers read off charts; share within two percent"),
    "Tool Shed": ("agents", "percent", "Tasks with twelve tools; percent finished"),
    "Wards and Charts": ("medicine", "percent", "Notes of wards, summarised; percent without an error"),
    "Babel Small": ("languages", "percent", "Translation of forty small languages; percent judged right"),
}


@dataclass(frozen=True)
class Sample:
    seed: int = 7

    @cached_property
    def models(self) -> list[Json]:
        return _rows("models") or list(self._models())

    @cached_property
    def benchmarks(self) -> list[Json]:
        return _rows("benchmarks") or [
            {
                "name": name,
                "category": category,
                "description": says,
                "url": f"https://example.org/{category}",
            }
            for name, (category, _, says) in BENCHMARKS.items()
        ]

    @property
    def tags(self) -> set[str]:
        return {tag for model in self.models for tag in model.get("tags") or ()}

    @property
    def metrics(self) -> list[Json]:
        ranges = {"percent": (0, 100), "fraction": (0, 1)}
        return [
            {"benchmark": name, "name": "elo" if unit == "elo" else "accuracy", "unit": unit, "ranks": True}
            | (dict(zip(("lowest", "highest"), ranges[unit], strict=True)) if unit in ranges else {})
            for name, (_, unit, _) in BENCHMARKS.items()
            if name in {each["name"] for each in self.benchmarks}
        ]

    @cached_property
    def prices(self) -> list[Json]:
        random = Random(self.seed + 1)
        return [
            price
            for model in self.talked_about[::2]
            for price in _prices(random, model["name"], model.get("release_date"))
        ]

    @cached_property
    def talked_about(self) -> list[Json]:
        """Those with results: of a folder's models few have any, and a page of nothing shows nothing."""
        tested = {result["model"] for result in reported_results()}
        return [model for model in self.models if model["name"] in tested] or self.models

    def quality(self, model: str) -> float:
        """From 0 to 1, the same of a model everywhere: what is good at one thing tends to be at others."""
        return Random(f"{self.seed} {model}").betavariate(3, 2)

    def _models(self) -> Iterator[Json]:
        random = Random(self.seed)
        for laboratory, families in LABORATORIES.items():
            is_open = random.random() < 0.5
            for family in families:
                for version in ("1", "2", "3"):
                    for size in random.sample(SIZES, 4):
                        yield _model(random, laboratory, f"{family} {version} {size}", is_open)


def _model(random: Random, laboratory: str, name: str, is_open: bool) -> Json:
    days = (LAST_DAY - FIRST_DAY).days
    released = FIRST_DAY + timedelta(days=random.randrange(days - 60))
    tags = random.sample(["coding", "multilingual", "long-context", "on-device"], random.randrange(3))
    tags += ["reasoning"] if "Reasoning" in name else []
    return {
        "name": f"{laboratory}/{name.lower().replace(' ', '-')}",
        "display_name": name,
        "organization": laboratory,
        "release_date": released.isoformat(),
        "license": random.choice(LICENCES) if is_open else "proprietary",
        "description": f"{name} of {laboratory}, {random.choice(['for documents', 'for code', 'for all'])}.",
        "metadata": {
            "open_weights": is_open,
            "limit": {"context": random.choice([32_000, 128_000, 256_000, 1_000_000])},
            "modalities": {"input": random.choice([["text"], ["text", "image"]]), "output": ["text"]},
        },
        "tags": tags,
    }


def _prices(random: Random, model: str, released: str | None) -> Iterator[Json]:
    first = date.fromisoformat(released) if released else FIRST_DAY
    asked = round(10 ** random.uniform(-1, 1.3), 2)
    for step in range(random.randrange(1, 4)):
        day = first + timedelta(days=90 * step)
        if day > LAST_DAY:
            return
        for provider in ("its maker", "Rented Racks")[: random.randrange(1, 3)]:
            price = round(asked * (1.2 if provider == "Rented Racks" else 1) * 0.75**step, 3)
            yield {
                "model": model,
                "provider": provider,
                "input": price,
                "output": round(4 * price, 3),
                "valid_from": day.isoformat(),
                "source": "https://example.org/prices",
            }


def _rows(name: str) -> list[Json]:
    folder = os.environ.get(DATA)
    if not folder:
        return []
    lines = (Path(folder) / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()
    return [from_json(line) for line in lines if line.strip()]


def reported_results() -> list[Json]:
    """Those of the folder, none where no folder is named."""
    return _rows("results")
