"""Posting results that are told apart by their scores."""

import httpx

MODELS = [f"lab/{name}" for name in "abcdefghijkl"]
"""So many that several partitions have some."""


def result(score: float, model: str = "lab/a") -> dict[str, object]:
    return {"type": "ResultReported", "model": model, "benchmark": "B", "score": score}


async def post(api: httpx.AsyncClient, *scores: float) -> None:
    """One after the other, of one model after the other."""
    for score in scores:
        model = MODELS[int(score) % len(MODELS)]
        (await api.post("/v1/results", json=result(score, model))).raise_for_status()
