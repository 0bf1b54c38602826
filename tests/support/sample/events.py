"""What happens to the catalogue: results, opinions and use cases, and what cannot become a row."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from support.sample.catalogue import BENCHMARKS, FIRST_DAY, LAST_DAY, Json, Sample, reported_results

OPINIONS = {
    "positive": (
        "{name} is a joy for {task}: quick, careful, and it says when it does not know.",
        "Moved our {task} to {name} last week. I love it, fewer errors and half the time.",
        "Great at {task}. Best I have tried this year.",
    ),
    "negative": (
        "{name} is terrible at {task}. It invents sources and then defends them.",
        "Awful for {task}: slow, and it fails every other time. We went back.",
        "Disappointing. {name} forgets what it was told two questions ago.",
    ),
    "neutral": (
        "We use {name} for {task}, version of last month, through the batch interface.",
        "{name} was released for {task}; the context is larger than before.",
    ),
    "mixed": (
        "{name} is great at {task} but hopeless with dates and tables.",
        "Good answers in {task}, terrible prices. Love the first, hate the second.",
    ),
}
TASKS = {
    "Software": ("code review", "refactoring", "writing tests"),
    "Documents": ("summarising contracts", "data extraction", "translation"),
    "People": ("customer support", "tutoring", "meeting notes"),
}
SOURCES = ("forum", "survey", "newsletter", "app store")
WAITING = {
    "Borealis 3": ("newsletter", 14),
    "kestrel/Windhover 2 (preview)": ("forum", 9),
    "quill-2-largest": ("survey", 4),
}
"""Names that no model has, by the source that says them and how often."""

TO_DO: tuple[Json, ...] = (
    {"title": "Ask Public Board for its harness", "priority": "high", "due_date": "2026-11-02"},
    {"title": "Read the newsletter's table again", "due_date": "2031-01-31", "estimated_hours": 1.5},
    {"title": "Check the prices of Rented Racks", "priority": "low", "description": "Two look too low."},
)

PEOPLE: tuple[Json, ...] = (
    {"email": "ann@example.org", "name": "Ann Weber", "role": "reviewer"},
    {"email": "ben@example.org", "name": "Ben Osei", "role": "editor"},
)
KEYS: tuple[Json, ...] = (
    {"name": "Public Board's harness", "scopes": ["events:write"]},
    {"name": "Monthly report", "scopes": ["read"], "expires_at": "2031-01-31T00:00:00Z"},
)


def results(sample: Sample) -> Iterator[Json]:
    given = reported_results()
    yield from given
    if given:
        return
    random = Random(sample.seed + 2)
    for model in sample.models:
        for benchmark in random.sample([*BENCHMARKS], 7):
            yield from _claims(random, sample, model, benchmark)


def _claims(random: Random, sample: Sample, model: Json, benchmark: str) -> Iterator[Json]:
    """An independent board's, at times twice; and of some its maker's own, which is higher."""
    unit = BENCHMARKS[benchmark][1]
    top = {"percent": 100.0, "fraction": 1.0, "elo": 1500.0}[unit]
    share = min(max(sample.quality(model["name"]) * 0.8 + random.uniform(-0.08, 0.12), 0.03), 0.97)
    score, n = (800 + 700 * share if unit == "elo" else top * share), random.choice([200, 500, 1000])
    deviation = 9.0 if unit == "elo" else top * (share * (1 - share) / n) ** 0.5
    released = date.fromisoformat(model["release_date"])
    event = {
        "type": "ResultReported",
        "model": model["name"],
        "benchmark": benchmark,
        "unit": unit,
        "n": n,
        "stderr": round(deviation, 4),
        "harness": "bench-runner",
        "settings": {"shots": 0},
        "source_url": "https://example.org/results",
    }
    board = {"evaluator": "Public Board", "evaluator_relationship": "third_party", "source": "board"}
    for again in range(random.randrange(1, 3)):
        day = min(released + timedelta(days=20 + 120 * again), LAST_DAY)
        yield event | board | {"score": round(score * (1 + 0.01 * again), 4), "date_tested": day.isoformat()}
    if random.random() < 0.2:
        own = {"evaluator": model["organization"], "evaluator_relationship": "first_party", "source": "maker"}
        claimed = min(score * 1.07, top * 0.99)
        yield event | own | {"score": round(claimed, 4), "date_tested": released.isoformat()}


def opinions(sample: Sample, count: int = 2500) -> Iterator[Json]:
    random = Random(sample.seed + 3)
    models = random.sample(sample.talked_about, min(70, len(sample.talked_about)))
    tasks = [task for group in TASKS.values() for task in group]
    for _ in range(count):
        model, task = random.choice(models), random.choice(tasks)
        good = sample.quality(model["name"])
        felt = random.choices([*OPINIONS], [good, 1 - good, 0.3, 0.25])[0]
        text = random.choice(OPINIONS[felt])
        yield {
            "type": "OpinionSubmitted",
            "model": model["name"],
            "content": text.format(name=model.get("display_name") or model["name"], task=task),
            "source": random.choice(SOURCES),
            "author": f"reader {random.randrange(400)}",
            "date_published": _day(random).isoformat(),
            "tags": random.sample(["price", "speed", "accuracy", "support"], random.randrange(3)),
        }


def _day(random: Random) -> date:
    return FIRST_DAY + timedelta(days=random.randrange((LAST_DAY - FIRST_DAY).days))


def use_cases(sample: Sample, count: int = 60) -> Iterator[Json]:
    """Rows, not events: those that events bring have no category yet."""
    random = Random(sample.seed + 4)
    for _ in range(count):
        category = random.choice([*TASKS])
        yield {
            "model": random.choice(sample.talked_about)["name"],
            "use_case": random.choice(TASKS[category]),
            "category": category,
            "description": "Every day, for a team of twelve.",
            "mentioned_by": f"reader {random.randrange(400)}",
        }


def unresolved(sample: Sample) -> Iterator[Json]:
    """Events that wait for a name, of a model or of a benchmark."""
    for name, (source, count) in WAITING.items():
        for number in range(count):
            opinion = {"type": "OpinionSubmitted", "model": name, "source": source}
            yield opinion | {"content": f"{name} is great, says reader {number}."}
    for model in sample.models[:6]:
        result = {"type": "ResultReported", "model": model["name"], "benchmark": "Patchwerk Verified"}
        yield result | {"score": 61.5, "source": "newsletter", "date_tested": "2026-09-01"}


def out_of_range(sample: Sample) -> Iterator[Json]:
    """Results that their metric cannot have."""
    for metric in sample.metrics:
        if metric.get("highest") == 100:
            result = {"type": "ResultReported", "model": sample.models[0]["name"], "unit": "percent"}
            yield result | {"benchmark": metric["benchmark"], "score": 117.0, "source": "newsletter"}
