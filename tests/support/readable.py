"""A small catalogue for pages to show, with a model whose every text would be markup."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from catalogue_schema.tables import (
    Alias,
    Benchmark,
    BenchmarkMetric,
    BenchmarkResult,
    Category,
    Model,
    ModelPrice,
    ModelTag,
    Opinion,
    Tag,
    UseCase,
)
from sqlmodel import SQLModel

from support.access import session_of

HOSTILE = '"><script>alert(1)</script>'
HOSTILE_NAME = "lab/\"><img src=x onerror=alert(1)> ?#&% 'x"
RUNS = "javascript:alert(1)"


async def fill(database_url: str) -> None:
    """Models lab/a, lab/b and the hostile one, on MMLU and on Latency, where less is better."""
    async with session_of(database_url) as session:
        a, b, hostile = models()
        tag, category = Tag(name="small"), Category(name="Office")
        mmlu = Benchmark(
            name="MMLU", category="knowledge", description=HOSTILE, url="https://example.org/mmlu"
        )
        latency = Benchmark(name="Latency", category="speed", url=RUNS)
        session.add_all([a, b, hostile, tag, category, mmlu, latency])
        await session.flush()
        session.add_all(
            [
                ModelTag(model_id=_id(a), tag_id=tag.id),
                Alias(kind="model", alias=HOSTILE, model_id=_id(a)),
                BenchmarkMetric(benchmark_id=_id(mmlu), name="accuracy", unit="percent", ranks=True),
                BenchmarkMetric(benchmark_id=_id(latency), name="s", higher_is_better=False, ranks=True),
                *prices(_id(a), _id(b), _id(hostile)),
                *opinions(_id(a), _id(b), _id(hostile)),
                UseCase(model_id=_id(a), use_case="letters", category_id=category.id),
                UseCase(model_id=_id(a), use_case="letters", category_id=category.id),
                UseCase(model_id=_id(a), use_case=HOSTILE),
            ]
        )
        session.add_all(results(_id(mmlu), _id(latency), _id(a), _id(b), _id(hostile)))


def models() -> tuple[Model, Model, Model]:
    a = Model(name="lab/a", display_name="Model A", organization="lab", license="mit")
    a.metadata_ = {"open_weights": True, "family": HOSTILE}
    b = Model(name="lab/b", organization="lab", successor="lab/a", deprecation_date=date(2026, 1, 31))
    hostile = Model(name=HOSTILE_NAME, organization=HOSTILE)
    hostile.display_name = hostile.description = hostile.license = HOSTILE
    return a, b, hostile


def prices(a: int, b: int, free: int) -> list[ModelPrice]:
    def price(model: int, provider: str, paid: float, made: float, day: date) -> ModelPrice:
        asked: dict[str, Any] = {"input": Decimal(paid), "output": Decimal(made)}
        return ModelPrice(model_id=model, provider=provider, valid_from=day, source=RUNS, **asked)

    return [
        price(a, "cloud", 1, 4, date(2025, 1, 1)),
        price(a, "cloud", 0.5, 2, date(2025, 6, 1)),
        price(b, HOSTILE, 8, 9, date(1, 1, 1)),
        price(free, "gift", 0, 0, date(2025, 1, 1)),
    ]


def opinions(a: int, b: int, hostile: int) -> list[Opinion]:
    told: list[dict[str, Any]] = [
        {"model_id": a, "content": "Superb at code.", "sentiment": "positive", "sentiment_confidence": 0.87},
        {"model_id": a, "content": HOSTILE, "author": HOSTILE, "source": RUNS, "tags": [HOSTILE]},
        {
            "model_id": b,
            "content": "long " * 1000,
            "sentiment": "negative",
            "source": "https://example.org/said",
        },
        {"model_id": hostile, "content": "mixed", "sentiment": "mixed"},
    ]
    return [Opinion(date_published=date(2025, 3, 9), **each) for each in told]


def results(mmlu: int, latency: int, a: int, b: int, hostile: int) -> list[BenchmarkResult]:
    """On MMLU lab/a has two claims that cannot both be right."""
    percent = {"benchmark_id": mmlu, "metric": "accuracy", "unit": "percent"}
    told: list[dict[str, Any]] = [
        {**percent, "model_id": a, "score": 80, "ci_low": 79, "ci_high": 81, "date_tested": date(2025, 1, 1)},
        {**percent, "model_id": a, "score": 90, "stderr": 1.0, "evaluator": HOSTILE, "source_url": RUNS},
        {**percent, "model_id": b, "score": 70, "source": "https://example.org/board"},
        {**percent, "model_id": hostile, "score": -1e308, "harness": HOSTILE, "source": HOSTILE},
        {"benchmark_id": latency, "metric": "s", "model_id": a, "score": 2.5},
        {"benchmark_id": latency, "metric": "s", "model_id": b, "score": 1.5},
    ]
    return [
        BenchmarkResult(variant=uuid4(), occurred_at=_noon(number), **each)
        for number, each in enumerate(told)
    ]


def _noon(day: int) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day + 1:02}T12:00:00Z")


def _id(row: SQLModel) -> int:
    return int(row.id)  # type: ignore[attr-defined]
