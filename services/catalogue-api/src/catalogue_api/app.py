"""The application: what it is made of, and what it opens and closes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from aiokafka.errors import KafkaError
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.checks import NotReadyError
from catalogue_schema.database import create_engine
from catalogue_schema.topics import SUBMITTED
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from catalogue_api.access.admission import Admission
from catalogue_api.access.documents import describe_access
from catalogue_api.access.limiting import Limited, RateLimits, SignInLimit, open_store
from catalogue_api.access.lookup import open_principals
from catalogue_api.access.passwords import Passwords
from catalogue_api.access.table import AccessTable
from catalogue_api.console.application import install_console
from catalogue_api.console.errors import ErrorPages
from catalogue_api.events.documents import intake_paths
from catalogue_api.events.publishing import Publishing
from catalogue_api.health import Health
from catalogue_api.http.answers import Answers
from catalogue_api.http.application import Application
from catalogue_api.http.docs import install_docs
from catalogue_api.http.exports import Exports
from catalogue_api.http.front import Front
from catalogue_api.http.guarding import Guard
from catalogue_api.http.handlers import install_handlers
from catalogue_api.http.lean import Shortcut
from catalogue_api.http.limits import Bodies
from catalogue_api.http.openapi import PROBLEM_RESPONSES, install_openapi
from catalogue_api.live.listeners import Listeners
from catalogue_api.live.looking import Looks
from catalogue_api.live.topics import Topics
from catalogue_api.pipeline.watching import Pipeline
from catalogue_api.resources import AppResources, State
from catalogue_api.routers import ROUTERS
from catalogue_api.routers.intake import intake_routes
from catalogue_api.settings import Settings

log = structlog.get_logger(__name__)

SOURCE = "/catalogue-api"
"""The CloudEvents source of what is published here."""


def create_app(settings: Settings, kafka: KafkaSettings) -> FastAPI:
    """Nothing is opened before the application starts."""
    store = open_store(settings.rate_store.get_secret_value())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with _resources(settings, kafka, SignInLimit(store), admission) as resources:
            yield State(resources=resources)

    app = Application(
        title="AI Model Catalogue",
        version=version("catalogue-api"),
        summary="Opinions and benchmark results of AI models: events in, rows out",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        responses=PROBLEM_RESPONSES,
    )
    for router in ROUTERS:
        app.include_router(router)
    install_handlers(app)
    install_docs(app)
    install_console(app)
    install_openapi(app, intake_paths(), describe_access)
    intake = intake_routes()
    app.router.routes.extend(intake)
    guard, bodies = Guard(settings.allowed_hosts, settings.allowed_origins), Bodies(settings)
    admission, limits = Admission(AccessTable(app), settings), RateLimits(settings, store)
    app.place_before(
        ErrorPages,
        lambda inner: Front(inner, guard, admission, bodies),
        lambda inner: Limited(inner, limits) if limits.policies else inner,
        lambda inner: _with_cors(inner, settings),
        lambda inner: Shortcut(inner, intake),
        lambda inner: GZipMiddleware(inner, minimum_size=1024, compresslevel=6),
        Answers,
        Exports,
    )
    return app


def _with_cors(app: ASGIApp, settings: Settings) -> ASGIApp:
    if not settings.allowed_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Content-Encoding",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "Last-Event-ID",
        ],
        expose_headers=["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"],
    )


@asynccontextmanager
async def _resources(
    settings: Settings, kafka: KafkaSettings, sign_ins: SignInLimit, admission: Admission
) -> AsyncIterator[AppResources]:
    publisher = EventPublisher(kafka, SOURCE, settings.publish_timeout)
    publishing = Publishing(publisher)
    url, timeout = settings.database_url.get_secret_value(), settings.database_timeout
    engine = create_engine(url, pool_size=settings.database_pool_size, pool_timeout=timeout)
    listeners = Listeners(kafka, publisher.partitions, settings.max_listeners)
    pipeline = Pipeline(kafka, publisher.partitions, engine, listeners)
    try:
        await _connect(publisher)
        async with open_principals(settings) as principals:
            yield AppResources(
                settings=settings,
                kafka=kafka,
                publishing=publishing,
                engine=engine,
                health=Health(publisher, engine),
                principals=principals,
                passwords=Passwords(),
                sign_ins=sign_ins,
                admission=admission,
                looks=Looks(Topics(kafka, publisher.partitions)),
                listeners=listeners,
                pipeline=pipeline,
            )
    finally:
        publishing.close()
        await pipeline.close()
        await publisher.stop()
        await engine.dispose()


async def _connect(publisher: EventPublisher) -> None:
    """Saves the first request the wait; where Kafka is away, each publish and each probe tries again."""
    try:
        await publisher.partitions(SUBMITTED.values())
    except (KafkaError, TimeoutError, NotReadyError) as error:
        log.warning("Kafka cannot be used yet: events will be refused until it can", error=repr(error))
