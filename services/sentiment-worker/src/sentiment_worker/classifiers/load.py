"""From the name of a backend to a classifier that is ready to work."""

from collections.abc import Callable, Mapping

from .accurate import AccurateClassifier
from .base import Backend, Classifier, ClassifierUnavailableError
from .cascade import CascadeClassifier
from .fast import FastClassifier
from .vader import VaderClassifier

BACKENDS: Mapping[Backend, Callable[[], Classifier]] = {
    "fast": FastClassifier,
    "accurate": AccurateClassifier,
    "cascade": CascadeClassifier,
    "vader": VaderClassifier,
}


def load_classifier(backend: Backend) -> Classifier:
    """Load a backend and its weights from this machine, in about a second.

    Raises ClassifierUnavailableError for a backend that does not exist and for one whose weights or
    libraries are not installed; its message says what to do.
    """
    if backend not in BACKENDS:
        raise ClassifierUnavailableError(
            f"no sentiment backend {backend!r}: set SENTIMENT_BACKEND to one of {', '.join(BACKENDS)}"
        )
    return BACKENDS[backend]()
