"""`python -m ingest_worker`"""

from functools import partial

import uvloop
from catalogue_messaging.dead_letters import from_record
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.worker import Worker
from catalogue_runtime.garbage import spare_what_stays
from catalogue_runtime.logs import configure_logging
from catalogue_runtime.settings import LogSettings, load_settings
from catalogue_schema.database import ping
from catalogue_schema.topics import DEAD_LETTERS

from ingest_worker.dead_letters import record_dead_letters, report_unrecordable
from ingest_worker.erased import tell_for_ever
from ingest_worker.opinions import OPINIONS
from ingest_worker.replays import replay_for_ever
from ingest_worker.results import RESULTS
from ingest_worker.retention import expire_for_ever
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.settings import Settings
from ingest_worker.suppressions import Suppressions
from ingest_worker.tasks import Limits, keep_tasks_for_ever
from ingest_worker.transactions import open_engine
from ingest_worker.use_cases import USE_CASES
from ingest_worker.words import keep_words_for_ever
from ingest_worker.writing import write_events

RECORDINGS = (OPINIONS, RESULTS, USE_CASES, RETRACTIONS)


async def run(settings: Settings, kafka: KafkaSettings) -> None:
    engine = open_engine(settings.database_url.get_secret_value())
    worker = Worker("ingest-worker", kafka, settings.fault_limits)
    suppressions = Suppressions(settings.erasure_key)
    for recording in RECORDINGS:
        write = partial(write_events, engine, recording, suppressions=suppressions)
        worker.consume(recording.topic, write, recording.decode())
    record = partial(record_dead_letters, engine, suppressions=suppressions)
    worker.consume(DEAD_LETTERS, record, from_record, report_unrecordable)
    worker.beside(partial(replay_for_ever, engine, worker.publisher))
    worker.beside(partial(tell_for_ever, engine, worker.publisher))
    worker.beside(partial(expire_for_ever, engine, settings.dead_letter_days))
    worker.beside(partial(keep_words_for_ever, engine))
    limits = Limits(settings.task_letters, settings.task_window)
    worker.beside(partial(keep_tasks_for_ever, engine, limits))
    try:
        await worker.run(settings, database=partial(ping, engine))
    finally:
        await engine.dispose()


def main() -> None:
    configure_logging(load_settings(LogSettings))
    spare_what_stays()
    uvloop.run(run(load_settings(Settings), load_settings(KafkaSettings)))


if __name__ == "__main__":
    main()
