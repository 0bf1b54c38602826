"""Several Kafka nodes, each broker and controller, that keep copies of each other's partitions."""

import os
from pathlib import Path

from local_stack.kafka import KafkaServer
from local_stack.ports import LOOPBACK, free_port

from support.stack import QUICK_JAVA

COPIED = (
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
)


def kafka_cluster(directory: Path, nodes: int) -> list[KafkaServer]:
    """Not started: a node alone has no quorum, so all are started before one is waited for."""
    ports = [(free_port(), free_port()) for _ in range(nodes)]
    voters = ",".join(f"{node}@{LOOPBACK}:{control}" for node, (_, control) in enumerate(ports, start=1))
    servers: list[KafkaServer] = []
    for node, (port, control) in enumerate(ports, start=1):
        settings = {
            "node.id": str(node),
            "controller.quorum.voters": voters,
            "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{control}",
            **dict.fromkeys(COPIED, str(nodes)),
        }
        server = KafkaServer(directory / f"kafka-{node}", port, settings=settings)
        server.cluster_id = servers[0].cluster_id if servers else server.cluster_id
        server.environment = os.environ | QUICK_JAVA
        servers.append(server)
    return servers
