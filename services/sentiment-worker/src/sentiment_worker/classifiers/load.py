"""From the name of a backend to a classifier that is ready to work."""

from .base import Classifier, ClassifierUnavailableError
from .vader import VaderClassifier

BACKENDS = {"vader": VaderClassifier}


def load_classifier(backend: str) -> Classifier:
    """Load a backend and its weights from this machine.

    Raises ClassifierUnavailableError for a backend that does not exist and for one whose weights or
    libraries are not installed.
    """
    if backend not in BACKENDS:
        raise ClassifierUnavailableError(
            f"no sentiment backend {backend!r}: set SENTIMENT_BACKEND to one of {', '.join(BACKENDS)}"
        )
    return BACKENDS[backend]()
