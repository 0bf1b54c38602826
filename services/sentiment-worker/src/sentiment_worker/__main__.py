"""`python -m sentiment_worker`"""

import sys
from functools import partial

import uvloop
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.worker import Worker
from catalogue_runtime.garbage import spare_what_stays
from catalogue_runtime.logs import configure_logging
from catalogue_runtime.settings import LogSettings, load_settings
from catalogue_schema.topics import OPINIONS_SUBMITTED
from threadpoolctl import threadpool_limits

from sentiment_worker.classifiers import Classifier, ClassifierUnavailableError, load_classifier
from sentiment_worker.opinions import classify_opinions
from sentiment_worker.settings import Settings


async def run(settings: Settings, kafka: KafkaSettings, classifier: Classifier) -> None:
    worker = Worker("sentiment-worker", kafka, settings.fault_limits, max_records=512)
    worker.consume(OPINIONS_SUBMITTED, partial(classify_opinions, classifier, worker.publisher))
    await worker.run(settings)


def main() -> None:
    configure_logging(load_settings(LogSettings))
    settings, kafka = load_settings(Settings), load_settings(KafkaSettings)
    try:
        classifier = load_classifier(settings.backend)
    except ClassifierUnavailableError as error:
        sys.exit(str(error))
    # BLAS would keep every core busy waiting, for a tenth more speed: cores are for more workers.
    threadpool_limits(1, user_api="blas")
    spare_what_stays()
    uvloop.run(run(settings, kafka, classifier))


if __name__ == "__main__":
    main()
