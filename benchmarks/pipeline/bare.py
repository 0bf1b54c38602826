"""The floor of single posts: a bare ASGI application that sends the body to Kafka as it came, and waits."""

import os
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import OPINIONS_SUBMITTED
from pydantic_core import from_json


class Bare:
    producer: AIOKafkaProducer

    def __init__(self, kafka: KafkaSettings) -> None:
        self.kafka = kafka
        self.topic = kafka.topic_name(OPINIONS_SUBMITTED)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        body = (await receive())["body"]
        if body:
            await self.producer.send_and_wait(self.topic, body, key=from_json(body)["model"].encode())
        answer = b"{}"
        headers = [(b"content-length", b"2"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def live(self, receive: Any, send: Any) -> None:
        await receive()
        self.producer = AIOKafkaProducer(**self.kafka.client_options(), acks="all", enable_idempotence=True)
        await self.producer.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.producer.stop()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    uvicorn.run(
        Bare(KafkaSettings()),
        port=int(os.environ["API_PORT"]),
        loop="uvloop",
        http="httptools",
        log_config=None,
    )
