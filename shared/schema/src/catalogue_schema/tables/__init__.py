"""The tables, each with its API schemas: `XBase`, `XCreate`, `XUpdate`, `XResponse`."""

from catalogue_schema.tables.api_keys import ApiKey, ApiKeyBase, ApiKeyCreate, ApiKeyResponse
from catalogue_schema.tables.audit import AuditEntry, AuditEntryBase, AuditEntryResponse
from catalogue_schema.tables.benchmarks import (
    Benchmark,
    BenchmarkBase,
    BenchmarkCreate,
    BenchmarkResponse,
    BenchmarkUpdate,
)
from catalogue_schema.tables.categories import (
    Category,
    CategoryBase,
    CategoryCreate,
    CategoryResponse,
    CategoryUpdate,
)
from catalogue_schema.tables.dead_letters import (
    LETTER_BENCHMARK_COUNTS,
    LETTER_COUNTS,
    LETTER_MODEL_COUNTS,
    DeadLetterRow,
)
from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.erasures import ErasedEvent, Erasure, Suppression
from catalogue_schema.tables.metrics import BenchmarkMetric, BenchmarkMetricBase
from catalogue_schema.tables.mixins import TimestampMixin
from catalogue_schema.tables.models import Model, ModelBase, ModelCreate, ModelResponse, ModelUpdate
from catalogue_schema.tables.names import Alias, AliasCreate, AliasResponse, BareNameSource
from catalogue_schema.tables.opinions import (
    OPINION_COUNTS,
    Opinion,
    OpinionBase,
    OpinionCreate,
    OpinionResponse,
    OpinionUpdate,
)
from catalogue_schema.tables.prices import ModelPrice, ModelPriceCreate, ModelPriceResponse
from catalogue_schema.tables.results import (
    RESULT_COUNTS,
    BenchmarkResult,
    BenchmarkResultBase,
    BenchmarkResultCreate,
    BenchmarkResultResponse,
    BenchmarkResultUpdate,
    ResultReport,
)
from catalogue_schema.tables.retractions import Retraction, RetractionResponse
from catalogue_schema.tables.sessions import Session
from catalogue_schema.tables.tags import ModelTag, Tag, TagBase, TagCreate, TagResponse, TagUpdate
from catalogue_schema.tables.tasks import Task, TaskBase, TaskCreate, TaskResponse, TaskUpdate
from catalogue_schema.tables.use_cases import (
    USE_CASE_COUNTS,
    UseCase,
    UseCaseBase,
    UseCaseCreate,
    UseCaseResponse,
    UseCaseUpdate,
)
from catalogue_schema.tables.users import User, UserBase, UserCreate, UserResponse, UserUpdate
from catalogue_schema.tables.words import OPINION_SEGMENTS, OPINION_WORDS

__all__ = [
    "LETTER_BENCHMARK_COUNTS",
    "LETTER_COUNTS",
    "LETTER_MODEL_COUNTS",
    "OPINION_COUNTS",
    "OPINION_SEGMENTS",
    "OPINION_WORDS",
    "RESULT_COUNTS",
    "USE_CASE_COUNTS",
    "Alias",
    "AliasCreate",
    "AliasResponse",
    "ApiKey",
    "ApiKeyBase",
    "ApiKeyCreate",
    "ApiKeyResponse",
    "AuditEntry",
    "AuditEntryBase",
    "AuditEntryResponse",
    "BareNameSource",
    "Benchmark",
    "BenchmarkBase",
    "BenchmarkCreate",
    "BenchmarkMetric",
    "BenchmarkMetricBase",
    "BenchmarkResponse",
    "BenchmarkResult",
    "BenchmarkResultBase",
    "BenchmarkResultCreate",
    "BenchmarkResultResponse",
    "BenchmarkResultUpdate",
    "BenchmarkUpdate",
    "Category",
    "CategoryBase",
    "CategoryCreate",
    "CategoryResponse",
    "CategoryUpdate",
    "DeadLetterRow",
    "Entity",
    "ErasedEvent",
    "Erasure",
    "Model",
    "ModelBase",
    "ModelCreate",
    "ModelPrice",
    "ModelPriceCreate",
    "ModelPriceResponse",
    "ModelResponse",
    "ModelTag",
    "ModelUpdate",
    "Opinion",
    "OpinionBase",
    "OpinionCreate",
    "OpinionResponse",
    "OpinionUpdate",
    "ResultReport",
    "Retraction",
    "RetractionResponse",
    "Session",
    "Suppression",
    "Tag",
    "TagBase",
    "TagCreate",
    "TagResponse",
    "TagUpdate",
    "Task",
    "TaskBase",
    "TaskCreate",
    "TaskResponse",
    "TaskUpdate",
    "TimestampMixin",
    "UseCase",
    "UseCaseBase",
    "UseCaseCreate",
    "UseCaseResponse",
    "UseCaseUpdate",
    "User",
    "UserBase",
    "UserCreate",
    "UserResponse",
    "UserUpdate",
]
