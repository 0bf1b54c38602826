"""Progress on standard error."""

import logging
import time

logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)


def say(message: str) -> None:
    logging.getLogger("sentiment_training").info(message)


class Progress:
    """Says the mean loss of each tenth of the steps."""

    def __init__(self, name: str, steps: int) -> None:
        self._name, self._steps, self._every = name, steps, max(1, steps // 10)
        self._started, self._losses = time.monotonic(), list[float]()

    def step(self, loss: float) -> None:
        self._losses.append(loss)
        if len(self._losses) % self._every == 0:
            mean = sum(self._losses[-self._every :]) / self._every
            spent = time.monotonic() - self._started
            say(f"{self._name}: step {len(self._losses)}/{self._steps} loss {mean:.4f} {spent:.0f} s")
