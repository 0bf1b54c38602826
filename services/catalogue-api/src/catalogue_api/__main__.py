"""`python -m catalogue_api`: serve until SIGTERM or SIGINT."""

import uvicorn
from catalogue_messaging.logs import configure_logging
from catalogue_messaging.settings import KafkaSettings, LogSettings, load

from catalogue_api.app import create_app
from catalogue_api.settings import Settings


def main() -> None:
    log, settings, kafka = load(LogSettings), load(Settings), load(KafkaSettings)
    configure_logging(log)
    uvicorn.run(
        create_app(settings, kafka),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
    )


if __name__ == "__main__":
    main()
