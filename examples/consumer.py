"""A downstream consumer: prints each opinion with its sentiment. `pip install aiokafka` is all it needs."""

import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer

TOPIC = "catalogue.opinions.classified.v1"


async def main() -> None:
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    async with AIOKafkaConsumer(TOPIC, bootstrap_servers=servers, auto_offset_reset="earliest") as consumer:
        async for message in consumer:
            opinion = json.loads(message.value)
            print(opinion["model"], opinion["sentiment"], opinion["sentiment_confidence"], opinion["content"])


asyncio.run(main())
