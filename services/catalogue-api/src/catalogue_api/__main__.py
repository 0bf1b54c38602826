"""`python -m catalogue_api`: serve until SIGTERM or SIGINT."""

import uvicorn
from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.logs import configure_logging
from catalogue_runtime.settings import LogSettings, load_settings

from catalogue_api.app import create_app
from catalogue_api.settings import Settings


def main() -> None:
    log, settings, kafka = load_settings(LogSettings), load_settings(Settings), load_settings(KafkaSettings)
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
