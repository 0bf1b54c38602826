"""The console's pages, each with an address to visit it at. A page that is not here fails a test."""

from typing import NamedTuple

from catalogue_api.console.routes import PAGES
from fastapi.routing import APIRoute


class Visit(NamedTuple):
    """`path` has places of the sample in braces; `title` is how the page's title begins."""

    path: str
    title: str


VISITS: dict[str, Visit] = {
    "/": Visit("/", "What is new"),
    "/models": Visit("/models", "Models"),
    "/benchmarks": Visit("/benchmarks", "Benchmarks"),
    "/benchmarks/{name:path}": Visit("/benchmarks/{benchmark}", "{benchmark}"),
    "/models/{name:path}": Visit("/models/{model}", "{model}"),
    "/leads": Visit("/leads?benchmark={benchmark}", "Who led {benchmark}"),
    "/claims": Visit("/claims?model={model}&benchmark={benchmark}", "{model} on {benchmark}"),
    "/compare": Visit("/compare?models={model}&models={rival}", "Compare models"),
    "/value": Visit("/value?benchmark={benchmark}", "Cost and quality"),
    "/agreement": Visit("/agreement", "Scores and opinions"),
    "/opinions": Visit("/opinions", "Opinions"),
    "/opinions/{opinion_id}": Visit("/opinions/{opinion}", "Opinion {opinion}"),
    "/dead-letters": Visit("/dead-letters", "Dead letters"),
    "/dead-letters/{letter_id}": Visit("/dead-letters/{letter}", "Dead letter {letter}"),
    "/tasks": Visit("/tasks", "Tasks"),
    "/tasks/mine": Visit("/tasks/mine", "My tasks"),
    "/tasks/new": Visit("/tasks/new", "New task"),
    "/tasks/{task_id}": Visit("/tasks/{task}", "Check the prices"),
    "/unresolved": Visit("/unresolved", "Unresolved names"),
    "/unresolved/{kind}/{name:path}": Visit("/unresolved/model/{waiting}", "{waiting}"),
    "/live": Visit("/live", "Live events"),
    "/events": Visit("/events", "Find an event"),
    "/events/{event_id}": Visit("/events/{event}", "Event {event}"),
    "/pipeline": Visit("/pipeline", "Pipeline"),
    "/keys": Visit("/keys", "Keys"),
    "/keys/{key_id}": Visit("/keys/{key}", "Monthly report"),
    "/users": Visit("/users", "Users"),
    "/users/{user_id}": Visit("/users/{user}", "Ben Osei"),
    "/audit": Visit("/audit", "Audit"),
    "/account": Visit("/account", "Your account"),
    "/sign-in": Visit("/sign-in", "Sign in"),
}
PARTS = {"/names/{kind}", "/choices/models", "/counts"}
"""Routes that scripts ask for a piece of a page."""


def routes() -> set[str]:
    """The templates of all that the console answers to GET."""
    return {
        route.path
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
