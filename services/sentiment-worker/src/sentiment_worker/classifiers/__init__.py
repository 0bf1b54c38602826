"""Sentiment classifiers; `load_classifier` is the way in."""

from .base import Backend, Classification, Classifier, ClassifierUnavailableError
from .load import load_classifier

__all__ = ["Backend", "Classification", "Classifier", "ClassifierUnavailableError", "load_classifier"]
