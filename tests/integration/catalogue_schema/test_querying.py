"""The code in docs/querying.md, as it stands there."""

import ast
import re
from collections.abc import Coroutine
from pathlib import Path
from types import FunctionType
from typing import Any, cast

from catalogue_schema.database import create_engine
from catalogue_schema.tables import Benchmark, BenchmarkResult, Model, Opinion
from sqlmodel.ext.asyncio.session import AsyncSession

DOCUMENT = Path(__file__).parents[3] / "docs" / "querying.md"


async def run(code: str, names: dict[str, Any]) -> None:
    compiled = compile(code, str(DOCUMENT), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if (running := FunctionType(compiled, names)()) is not None:
        await cast("Coroutine[Any, Any, None]", running)


async def test_each_query_of_the_document_answers_what_it_says(database_url: str) -> None:
    engine = create_engine(database_url)
    async with AsyncSession(engine, expire_on_commit=False) as db:
        db.add_all([Benchmark(id=1, name="MMLU"), Benchmark(id=2, name="GPQA")])
        db.add(Model(id=1, name="openai/gpt-4o", organization="OpenAI"))
        db.add(Model(id=2, name="lab/b", organization="lab"))
        await db.flush()
        for model_id, benchmark_id, score in ((1, 1, 88.7), (1, 2, 53.6), (2, 1, 90)):
            db.add(BenchmarkResult(model_id=model_id, benchmark_id=benchmark_id, score=score))
        db.add_all([Opinion(model_id=1, content="Good."), Opinion(model_id=1, content="Slow.")])
        await db.commit()
        db.expunge_all()

        names: dict[str, Any] = {"db": db}
        for block in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL):
            await run(block, names)
    await engine.dispose()

    assert names["scores"] == {"MMLU": 88.7, "GPQA": 53.6}
    assert names["leaders"] == [("lab/b", 90), ("openai/gpt-4o", 88.7)]
    assert names["opinions"] == {"lab/b": 0, "openai/gpt-4o": 2}
