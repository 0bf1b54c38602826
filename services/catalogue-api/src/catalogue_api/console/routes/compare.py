from typing import Annotated, Any

from catalogue_schema.sentiment import SENTIMENTS, Sentiment
from catalogue_schema.text import NewName
from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from catalogue_api.catalogue import choices
from catalogue_api.catalogue.compare import MOST, Compared, CompareQuery, Shared, compare
from catalogue_api.catalogue.paging import listed
from catalogue_api.console.charts.shares import positive_shares
from catalogue_api.console.metadata import context, open_weights
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.http.problems import NotFound
from catalogue_api.resources import Database

router = page_router()


class ComparePageQuery(BaseModel):
    """As CompareQuery has it, but that one may begin with no model, or one."""

    model_config = ConfigDict(extra="forbid")

    models: Annotated[list[NewName], BeforeValidator(listed), Field(max_length=MOST)] = []


@router.get("/compare")
async def compare_models(
    db: Database, console: Console, asked: Annotated[ComparePageQuery, Query()]
) -> Response:
    found: dict[str, Any] = {"compared": None, "refused": None}
    status = 200
    if len(set(asked.models)) > 1:
        try:
            compared = await compare(db, CompareQuery(models=asked.models))
        except NotFound as unknown:
            found["refused"], status = unknown.detail, unknown.status
        else:
            best = {shared.benchmark: _best(shared) for shared in compared.benchmarks}
            found |= {"compared": compared, "best": best, "chart": positive_shares(compared.models)}
            found["said"] = {each.model.name: _said(each) for each in compared.models}
    fields = [*asked.models, *[None] * (MOST - len(asked.models))]
    options = await choices.models(db)
    in_words = {"open_weights": open_weights, "context": context}
    return console.page("compare.html", status=status, fields=fields, options=options, **in_words, **found)


def _best(shared: Shared) -> set[str]:
    """The models of the best score; nobody's, where scores are of several metrics or units."""
    if len({(each.metric, each.unit) for each in shared.scores.values()}) > 1:
        return set()
    choose = max if shared.higher_is_better else min
    best = choose(each.score for each in shared.scores.values())
    return {name for name, each in shared.scores.items() if each.score == best}


def _said(compared: Compared) -> dict[Sentiment, int]:
    """Of all months."""
    return {name: sum(month.opinions[name] for month in compared.sentiment) for name in SENTIMENTS}
