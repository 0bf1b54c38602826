"""Makes further training texts: opinions about AI models from parts, and pairs of natural sentences."""

import random
from collections.abc import Iterator, Sequence

from catalogue_schema.sentiment import Sentiment

from .data import Row

SUBJECTS = (
    "the model", "this model", "the new release", "GPT-5", "Claude", "Gemini", "Llama", "Mistral", "Qwen",
    "DeepSeek", "the assistant", "the chatbot", "the coding agent", "the 7B version", "the API", "this LLM",
    "the vision mode", "the reranker", "the embedding model", "the speech model", "the fine-tuned checkpoint",
)  # fmt: skip
ASPECTS = (
    "speed", "accuracy", "latency", "pricing", "reasoning", "tool use", "long context", "documentation",
    "support", "instruction following", "code quality", "tone", "translation", "memory", "reliability",
    "vision", "summaries", "rate limits", "privacy", "style", "output format", "throughput", "licence",
)  # fmt: skip
TASKS = (
    "SQL", "refactoring", "summarising", "legal texts", "poetry", "unit tests", "maths", "data extraction",
    "customer chats", "brainstorming", "agents", "search", "tables", "speech", "medical questions", "charts",
)  # fmt: skip
GOOD = (
    "excellent", "superb", "great", "impressive", "solid", "reliable", "outstanding", "a joy", "brilliant",
    "top notch", "very good", "a pleasure", "spot on", "flawless", "better than anything I have tried",
)  # fmt: skip
BAD = (
    "terrible", "awful", "poor", "disappointing", "unreliable", "a mess", "useless", "hopeless", "a joke",
    "frustrating", "very bad", "a disaster", "not good", "broken", "worse than anything I have tried",
)  # fmt: skip
PLAIN = (
    "{S} was released in {M}.", "{S} is used for {T} in our team.", "Does {S} support {T}?",
    "We compared {S} with last year's version on {T}.", "The changelog of {S} mentions {A}.",
    "{S} has {N} billion parameters.", "How is the {A} of {S} measured?", "They tested {A} on {N} prompts.",
    "I asked {S} about {T}.", "The paper on {S} has a section about {A}.", "What is the {A} of {S} like?",
    "{S} scored {N} percent on {T}.", "Has anyone used {S} for {T}?", "{S} handles {T} through the API.",
)  # fmt: skip
JUDGED = (
    "{S} is {J} at {T}", "the {A} of {S} is {J}", "{A} is {J}", "for {T} {S} is {J}", "I find the {A} {J}",
    "its {A} is {J}", "{J} for {T}", "{J} {A}",
)  # fmt: skip
CONTRAST = (
    ", but ",
    ", although ",
    ", yet ",
    "; ",
    ". ",
    ", while ",
    " and ",
    ", however ",
    " though ",
    ", ",
)
MONTHS = ("March", "May", "July", "October", "2024", "2025")


def opinions(count: int, seed: int) -> Iterator[tuple[str, Sentiment]]:
    """`count` sentences about AI models, all four labels alike often."""
    rng = random.Random(seed)  # noqa: S311  # reproducible, not secret
    for index in range(count):
        first, second = rng.choice(((GOOD, BAD), (BAD, GOOD)))
        same: Sentiment = "positive" if first is GOOD else "negative"
        match index % 4:
            case 0:
                yield _finish(_fill(rng.choice(PLAIN), (), rng)), "neutral"
            case 1:
                yield _finish(_judged(first, rng)), same
            case 2:
                yield _finish(_judged(first, rng) + rng.choice(CONTRAST) + _judged(first, rng)), same
            case _:
                yield _finish(_judged(first, rng) + rng.choice(CONTRAST) + _judged(second, rng)), "mixed"


def _judged(words: Sequence[str], rng: random.Random) -> str:
    return _fill(rng.choice(JUDGED), words, rng)


def _fill(template: str, words: Sequence[str], rng: random.Random) -> str:
    judgement = rng.choice(words) if words else ""
    return template.format(
        S=rng.choice(SUBJECTS), A=rng.choice(ASPECTS), T=rng.choice(TASKS), M=rng.choice(MONTHS),
        N=rng.randint(2, 95), J=judgement,
    )  # fmt: skip


def _finish(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else f"{text}."


def pairs(rows: Sequence[Row], count: int, seed: int) -> Iterator[tuple[str, Sentiment]]:
    """Two short sentences of one source joined: mixed where one praises and the other blames.

    Half of the pairs agree and keep their label, so that joining alone does not mean mixed.
    """
    rng = random.Random(seed)  # noqa: S311  # reproducible, not secret
    short = [row for row in rows if len(row.text) < 120 and row.label in ("positive", "negative")]
    sources = sorted({row.source for row in short})
    sides = {(s, side): [r.text for r in short if (r.source, r.label) == (s, side)]
             for s in sources for side in ("positive", "negative")}  # fmt: skip
    for index in range(count):
        source = rng.choice(sources)
        first: Sentiment = rng.choice(("positive", "negative"))
        other: Sentiment = "negative" if first == "positive" else "positive"
        second = other if index % 2 else first
        yield (
            _join(rng.choice(sides[source, first]), rng.choice(sides[source, second]), rng),
            ("mixed" if index % 2 else first),
        )


def _join(first: str, second: str, rng: random.Random) -> str:
    joiner = rng.choice((" ", ". ", " but ", ", but ", " However, ", " and ", "; ", ", although "))
    return first.rstrip(" .,;") + joiner + second if joiner.strip() else f"{first} {second}"
