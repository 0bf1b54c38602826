"""Progress on standard error."""

import logging

logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)


def say(message: str) -> None:
    logging.getLogger("sentiment_training").info(message)
