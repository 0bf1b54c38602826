"""The HTTP server before the application, with the settings' bounds on connections."""

from socket import socket
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from catalogue_api.http.protocol import bounded_protocol
from catalogue_api.resources import AppResources
from catalogue_api.settings import Settings


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=bounded_protocol(settings.max_connections, settings.head_timeout, settings.body_timeout),
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[*settings.trusted_proxies],
        server_header=False,
        timeout_graceful_shutdown=20,
    )


class Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """As Uvicorn's, but who listens to the stream is left first: that would not end by itself."""
        cast("AppResources", self.lifespan.state["resources"]).listeners.close()
        await super().shutdown(sockets)
