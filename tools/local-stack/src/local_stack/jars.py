"""Apache Kafka's jars, from Maven Central, without Maven."""

import fcntl
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import platformdirs
import requests
from jgo.maven import Artifact, MavenContext
from jgo.parse import Coordinate

from local_stack.errors import LocalStackError

logger = logging.getLogger(__name__)

KAFKA_VERSION = "4.3.1"
COORDINATES = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.slf4j:slf4j-simple:2.0.17")


def kafka_class_path() -> list[Path]:
    """Every jar that Kafka needs; downloaded (46 MB) into the user's cache the first time.

    Raises `LocalStackError` when that fails.
    """
    cache = platformdirs.user_cache_path("ai-model-catalogue", ensure_exists=True)
    complete = cache / f"kafka-{KAFKA_VERSION}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two first starts at once download once
        if not complete.exists():
            partial = complete.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            try:
                _download(partial)
            except (requests.RequestException, RuntimeError, OSError) as error:
                raise LocalStackError(
                    f"Apache Kafka {KAFKA_VERSION} could not be downloaded into {cache} ({error}): "
                    "see that Maven Central can be reached from here, and start again."
                ) from error
            partial.rename(complete)  # only a whole download gets the name that is looked for
    return sorted(complete.rglob("*.jar"))


def _download(directory: Path) -> None:
    logger.info("Apache Kafka %s: finding what to download (only the first time) ...", KAFKA_VERSION)
    artifacts = _artifacts(MavenContext(repo_cache=directory, local_repos=[], timeout=60))
    for number, artifact in enumerate(artifacts, start=1):
        logger.info("Apache Kafka %s: %d of %d, %s", KAFKA_VERSION, number, len(artifacts), artifact.filename)
        artifact.resolve()


def _artifacts(context: MavenContext) -> list[Artifact]:
    coordinates = [replace(Coordinate.parse(text), scope="compile") for text in COORDINATES]
    wanted, needed = context.resolver.resolve([context.create_dependency(c) for c in coordinates])
    return [d.artifact for d in [*wanted, *needed] if d.scope in ("compile", "runtime")]
