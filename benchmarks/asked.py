"""The reads that are measured: every list with up to three filters, and what pages show beside lists."""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from catalogue_api.catalogue.agreement import AgreementQuery, find_agreement
from catalogue_api.catalogue.claims import ClaimQuery, list_claims
from catalogue_api.catalogue.compare import CompareQuery, compare
from catalogue_api.catalogue.counts import count_all
from catalogue_api.catalogue.history import AsOfQuery
from catalogue_api.catalogue.leads import LeadQuery, list_leads
from catalogue_api.catalogue.models import ModelQuery, describe_model, list_models
from catalogue_api.catalogue.opinions import OpinionQuery, list_opinions
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.ranking import RankingQuery, rank_models
from catalogue_api.catalogue.results import ResultQuery, list_results
from catalogue_api.catalogue.sentiment import sentiment_of
from catalogue_api.catalogue.use_cases import UseCaseQuery, list_use_cases
from catalogue_api.catalogue.value import ValueQuery, find_value
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

Read = Callable[[AsyncSession], Awaitable[BaseModel]]

MODELS = {"model": ["lab/model-0", "lab/model-230", "nobody"]}  # one opinion in nine, one in a thousand, none
OPINIONS: dict[str, list[str]] = {
    **MODELS,
    "sentiment": ["positive"],
    "source": ["source-0", "source-19", "nowhere"],
    "author": ["author-0", "author-99999", "nobody"],
    "tag": ["tag-0", "tag-29", "nothing"],
    "date_to": ["2022-12-31", "2023-02-01", "2024-06-30"],
    "date_from": ["2025-06-01", "2030-01-01"],
}
RESULTS: dict[str, list[str]] = {
    **MODELS,
    "benchmark": ["bench-0", "none"],
    "source": ["source-0", "source-19", "nowhere"],
    "date_from": ["2023-03-01", "2030-01-01"],
    "date_to": ["2023-01-02", "2022-12-31"],
}


def word(rank: int) -> str:
    """As reads_fill.sql spells it."""
    return str(rank).translate(str.maketrans("0123456789", "aeioubdgkm"))


# From one that most opinions have to one that hardly any has, one that none has, and two side by side.
WORDS = {"q": [word(1), word(100), word(1_000), word(90_000), "nothing", f'"{word(20)} {word(30)}"']}
SEARCHES: list[dict[str, Any]] = [
    {},
    {"model": "lab/model-0"},
    {"model": "lab/model-230"},
    {"source": "source-0"},
    {"date_to": "2024-01-01"},
]
MODEL_SEARCHES: list[dict[str, Any]] = [
    {},
    {"q": "model-77"},
    {"q": "org-17 model"},
    {"q": "nothing"},
    {"open_weights": True, "organization": "org-18"},
    {"max_input": 1, "max_output": 9},
]


def combinations(values: dict[str, list[str]], at_once: int) -> Iterator[dict[str, str]]:
    """Every set of up to `at_once` filters, with each of their values."""
    for size in range(at_once + 1):
        for names in itertools.combinations(values, size):
            for chosen in itertools.product(*(values[name] for name in names)):
                yield dict(zip(names, chosen, strict=True))


def reads() -> Iterator[tuple[str, Read]]:
    for model in ("lab/model-0", "lab/model-230"):
        yield f"page of {model}", lambda db, model=model: describe_model(db, model, AsOfQuery())  # type: ignore[misc]
    yield from pages()
    for search, asked in itertools.product(SEARCHES, combinations(WORDS, 1)):
        words = OpinionQuery.model_validate(search | asked)
        yield f"opinions {search | asked}", lambda db, query=words: list_opinions(db, query)  # type: ignore[misc]
    for search in MODEL_SEARCHES:
        models = ModelQuery.model_validate(search)
        yield f"models {search}", lambda db, query=models: list_models(db, query)  # type: ignore[misc]
    for asked in combinations(OPINIONS, 3):
        opinions = OpinionQuery.model_validate(asked)
        yield f"opinions {asked}", lambda db, query=opinions: list_opinions(db, query)  # type: ignore[misc]
    for asked in combinations(RESULTS, 3):
        results = ResultQuery.model_validate(asked)
        yield f"results {asked}", lambda db, query=results: list_results(db, query)  # type: ignore[misc]
    for asked in combinations(MODELS, 1):
        use_cases = UseCaseQuery.model_validate(asked)
        yield f"use cases {asked}", lambda db, query=use_cases: list_use_cases(db, query)  # type: ignore[misc]


def pages() -> Iterator[tuple[str, Read]]:
    """What pages show beside lists."""
    five = [f"lab/model-{number}" for number in range(5)]
    yield "ranking", lambda db: rank_models(db, "bench-0", RankingQuery())
    yield "ranking of 200", lambda db: rank_models(db, "bench-0", RankingQuery(limit=200))
    yield "leads", lambda db: list_leads(db, "bench-0", LeadQuery())
    yield "value", lambda db: find_value(db, "bench-0", ValueQuery())
    yield "agreement", lambda db: find_agreement(db, AgreementQuery())
    yield "comparison of five", lambda db: compare(db, CompareQuery(models=five))
    yield "claims", lambda db: list_claims(db, ClaimQuery(model=five[0], benchmark="bench-0"))
    yield "sentiment by month", lambda db: sentiment_of(db, five[0], ListQuery())
    yield "counts", count_all
