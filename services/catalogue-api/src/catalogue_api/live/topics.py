"""The topics by their own names, and as they are named on the broker."""

from collections.abc import Awaitable, Callable, Iterable

from aiokafka import ConsumerRecord, TopicPartition
from catalogue_messaging.following import Gap
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import TOPICS, Topic

from catalogue_api.live.messages import Passed, passed
from catalogue_api.live.positions import Place

Partitions = Callable[[Iterable[Topic]], Awaitable[dict[Topic, int]]]
"""How many each topic has. Raises KafkaError, TimeoutError, or NotReadyError where a topic does not exist."""


class Topics:
    def __init__(self, kafka: KafkaSettings, partitions: Partitions) -> None:
        self.kafka = kafka
        self._partitions = partitions
        self._topics = {kafka.topic_name(topic): topic for topic in TOPICS}
        self._names = {topic.name: name for name, topic in self._topics.items()}

    async def partitions(self) -> dict[str, int]:
        """How many each topic has now. Raises what Partitions does."""
        return {topic.name: number for topic, number in (await self._partitions(TOPICS)).items()}

    def named(self, on_broker: str) -> Topic:
        return self._topics[on_broker]

    def passed(self, read: ConsumerRecord | Gap) -> Passed:
        name = read.partition.topic if isinstance(read, Gap) else read.topic
        return passed(self.named(name), read)

    def on_broker(self, place: Place) -> TopicPartition:
        topic, partition = place
        return TopicPartition(self._names[topic], partition)

    def place(self, partition: TopicPartition) -> Place:
        return self._topics[partition.topic].name, partition.partition
