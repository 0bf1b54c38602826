"""For how long a message stands on a topic, as the broker has it."""

from collections.abc import Mapping
from datetime import timedelta

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code
from catalogue_schema.topics import TOPICS, Topic

from catalogue_messaging.settings import KafkaSettings

SLACK = timedelta(hours=1)
"""The broker looks every few minutes for what is too old, and deletes a minute later."""


async def longest_stay(kafka: KafkaSettings) -> Mapping[Topic, timedelta | None]:
    """Of each topic; None where it keeps messages for ever. Raises KafkaError.

    A broker deletes whole segments, once their newest message is older than `retention.ms`; a message stands
    beside newer ones until its segment is rolled, `segment.ms` after it at the latest.
    """
    names = {kafka.topic_name(topic): topic for topic in TOPICS}
    admin = AIOKafkaAdminClient(**kafka.client_options())
    await admin.start()
    try:
        answers = await admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        )
    finally:
        await admin.close()
    stays = {}
    for answer in answers:
        for code, message, _, name, entries in answer.resources:
            if code:
                raise for_code(code)(message or name)
            settings = {entry[0]: entry[1] for entry in entries}
            stays[names[name]] = _stay(settings)
    return stays


def _stay(settings: Mapping[str, str]) -> timedelta | None:
    kept = int(settings["retention.ms"])
    if kept < 0 or "delete" not in settings["cleanup.policy"]:
        return None
    return timedelta(milliseconds=kept + int(settings["segment.ms"])) + SLACK
