"""Names of models as harnesses write them: routes, and paths that are no names."""

import re
from dataclasses import dataclass, field

from catalogue_client.events import Setting

# `openai/azure/gpt-4o-mini`: the second part says by which cloud an organisation's model was reached.
CLOUDS = {"azure", "bedrock", "vertex"}
# `openrouter/openai/gpt-4o`: the first part says who served it.
HOSTS = {
    *("cloudflare", "deepinfra", "fireworks", "groq", "hf", "hf-inference-providers", "huggingface"),
    *("llama-cpp-python", "ollama", "openai-api", "openrouter", "sambanova", "sglang", "together", "vllm"),
}
PATH = re.compile(r"^(/|\.{1,2}(/|$)|~|[A-Za-z]:[\\/]|file:)|\\")
HUB_CACHE = re.compile(r"models--([^/]+?)--([^/]+)(/|$)")


class UnusableNameError(ValueError):
    """Says what to do about a path, or nothing, where a model's name should stand."""


@dataclass(frozen=True, slots=True)
class ModelName:
    name: str
    settings: dict[str, Setting] = field(default_factory=dict)


def model_name(raw: str, given: str | None = None) -> ModelName:
    """The model, and as a setting who served it where the name says so. `given` goes before `raw`.

    Raises UnusableNameError. Names that have three parts of another kind stay whole: they wait for an alias.
    """
    route = _route(raw)
    if given:
        return ModelName(given, route.settings)
    if not raw.strip():
        raise UnusableNameError("names no model: say which with --model NAME")
    if PATH.search(raw):
        raise UnusableNameError(
            f"the model is a local path, {raw!r}: say which model it is with --model NAME"
        )
    return route


def _route(raw: str) -> ModelName:
    parts = raw.split("/")
    if len(parts) != 3 or not all(parts):
        return ModelName(raw)
    first, second, last = parts
    if second in CLOUDS:
        return ModelName(f"{first}/{last}", {"provider": second})
    if first in HOSTS:
        return ModelName(f"{second}/{last}", {"provider": first})
    return ModelName(raw)


def hub_repository(path: str) -> str | None:
    """`org/name`, where `path` is in the Hugging Face cache, which names its folders so."""
    match = HUB_CACHE.search(path)
    return f"{match[1]}/{match[2]}" if match else None
