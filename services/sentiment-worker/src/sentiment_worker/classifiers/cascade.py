"""Fast for every text, accurate for those that the fast one is unsure of."""

from collections.abc import Sequence

from .accurate import AccurateClassifier
from .base import NOTHING_TO_JUDGE, Classification
from .fast import FastClassifier


class CascadeClassifier:
    """Asks the accurate classifier where the fast one's confidence is below the threshold stored with it."""

    def __init__(
        self, fast: FastClassifier | None = None, accurate: AccurateClassifier | None = None
    ) -> None:
        self._fast = fast or FastClassifier()
        self._accurate = accurate or AccurateClassifier()
        self.name = f"cascade-{self._fast.name}-{self._accurate.name}"

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        answers = self._fast.classify(texts)
        unsure = [index for index, answer in enumerate(answers) if self._is_unsure(answer)]
        second = self._accurate.classify([texts[index] for index in unsure])
        for index, answer in zip(unsure, second, strict=True):
            answers[index] = answer
        return answers

    def _is_unsure(self, answer: Classification) -> bool:
        return answer is not NOTHING_TO_JUDGE and answer.confidence < self._accurate.ask_below
