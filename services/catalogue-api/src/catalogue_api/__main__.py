"""`python -m catalogue_api`: serve until SIGTERM or SIGINT; or run one of its commands: `--help`."""

import sys

from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.garbage import spare_what_stays
from catalogue_runtime.logs import configure_logging
from catalogue_runtime.settings import LogSettings, load_settings

from catalogue_api.access.commands import run
from catalogue_api.app import create_app
from catalogue_api.server import Server, server_config
from catalogue_api.settings import DatabaseSettings, Settings


def main() -> None:
    if len(sys.argv) > 1:
        run(sys.argv[1:], load_settings(DatabaseSettings).database_url)
        return
    log, settings, kafka = load_settings(LogSettings), load_settings(Settings), load_settings(KafkaSettings)
    configure_logging(log)
    server = Server(server_config(create_app(settings, kafka), settings))
    spare_what_stays()
    try:
        server.run()
    except KeyboardInterrupt:
        sys.exit(0)
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
