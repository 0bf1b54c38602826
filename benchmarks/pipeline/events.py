"""What is sent: opinions of some 350 bytes, and results, over all models."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from catalogue_schema.events import Event, OpinionClassified, OpinionSubmitted, ResultReported

from benchmarks.pipeline.stack import BENCHMARKS, MODELS

TEXT = "Fast, but it makes up citations; great for code, the latency is fine for chat, less so for agents. "
HAPPENED = datetime(2026, 11, 22, 10, tzinfo=UTC)


def submitted(count: int) -> list[OpinionSubmitted]:
    return [
        OpinionSubmitted(
            model=MODELS[n % 50],
            content=f"{TEXT}{n}",
            source="forum",
            author=f"user-{n}",
            occurred_at=HAPPENED,
        )
        for n in range(count)
    ]


def classified(count: int) -> list[OpinionClassified]:
    found = {"positive": 0.87, "negative": 0.04, "neutral": 0.05, "mixed": 0.04}
    answer = {"sentiment": "positive", "sentiment_confidence": 0.87, "sentiment_probabilities": found}
    return [
        OpinionClassified.model_validate(event.model_dump() | answer | {"classifier": "fast-1.1.0"})
        for event in submitted(count)
    ]


def results(count: int) -> list[ResultReported]:
    """Each for a model, benchmark and day of its own, so that each also stands."""
    return [
        ResultReported(
            model=MODELS[n % 50],
            benchmark=BENCHMARKS[n // 50 % 20],
            score=n % 1000 / 10,
            date_tested=date(2000, 1, 1) + timedelta(days=n // 1000),
            source="harness",
            occurred_at=HAPPENED,
        )
        for n in range(count)
    ]


def ndjson(events: Sequence[Event], size: int) -> list[bytes]:
    lines = [f'{{"type":"{type(event).__name__}",{event.model_dump_json()[1:]}' for event in events]
    return ["\n".join(lines[at : at + size]).encode() for at in range(0, len(lines), size)]
