"""The application: what it is made of, and what it opens and closes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from aiokafka.errors import KafkaError
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.database import create_engine
from fastapi import FastAPI

from catalogue_api.health import Health
from catalogue_api.http.bodies import BodyLimit
from catalogue_api.http.handlers import install_handlers
from catalogue_api.http.observing import Observe
from catalogue_api.http.openapi import PROBLEM_RESPONSES, install_openapi
from catalogue_api.resources import AppResources, State
from catalogue_api.routers import (
    benchmarks,
    events,
    models,
    operations,
    opinions,
    rankings,
    results,
    use_cases,
)
from catalogue_api.settings import Settings

log = structlog.get_logger(__name__)

SOURCE = "/catalogue-api"
"""The CloudEvents source of what is published here."""


def create_app(settings: Settings, kafka: KafkaSettings) -> FastAPI:
    """Nothing is opened before the application starts."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with _resources(settings, kafka) as resources:
            yield State(resources=resources)

    app = FastAPI(
        title="AI Model Catalogue",
        version=version("catalogue-api"),
        summary="Opinions and benchmark results of AI models: events in, rows out",
        lifespan=lifespan,
        redirect_slashes=False,
        responses=PROBLEM_RESPONSES,
    )
    for routes in (events, models, benchmarks, results, rankings, opinions, use_cases, operations):
        app.include_router(routes.router)
    install_handlers(app)
    install_openapi(app)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(Observe)
    return app


@asynccontextmanager
async def _resources(settings: Settings, kafka: KafkaSettings) -> AsyncIterator[AppResources]:
    publisher = EventPublisher(kafka, SOURCE, settings.publish_timeout)
    engine = create_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        pool_timeout=settings.database_timeout,
    )
    try:
        await _connect(publisher)
        yield AppResources(settings, kafka.topic_prefix, publisher, engine, Health(publisher, engine))
    finally:
        await publisher.stop()
        await engine.dispose()


async def _connect(publisher: EventPublisher) -> None:
    """Saves the first request the wait; where Kafka is away, each publish and each probe tries again."""
    try:
        await publisher.ping()
    except (KafkaError, TimeoutError) as error:
        log.warning("Kafka cannot be reached yet: events will be refused until it can", error=repr(error))
