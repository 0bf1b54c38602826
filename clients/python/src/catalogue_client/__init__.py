"""A client of the AI Model Catalogue: send events, ask what became of them."""

from catalogue_client.answers import CatalogueError, RefusedError, UnreachableError
from catalogue_client.asynchronous import AsyncCatalogue
from catalogue_client.client import Catalogue, Rejection
from catalogue_client.events import ResultReported

__all__ = [
    "AsyncCatalogue",
    "Catalogue",
    "CatalogueError",
    "RefusedError",
    "Rejection",
    "ResultReported",
    "UnreachableError",
]
