"""A Kafka that lets in only who has a password, over TLS with a certificate of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from local_stack.kafka import KafkaServer
from local_stack.ports import LOOPBACK, free_port

USER, PASSWORD = "catalogue", "a password"
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
PLAIN = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'


@dataclass(frozen=True)
class SecuredKafka:
    address: str
    cafile: Path

    def environment(self, mechanism: str = MECHANISMS[0], password: str = PASSWORD) -> dict[str, str]:
        """The variables with which a client gets in."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.address,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": mechanism,
            "KAFKA_SASL_USERNAME": USER,
            "KAFKA_SASL_PASSWORD": password,
            "KAFKA_SSL_CAFILE": str(self.cafile),
        }


@contextmanager
def secured_kafka(directory: Path) -> Iterator[SecuredKafka]:
    """The broker's own listener stays open to its own node alone; clients know only the secured one."""
    cafile, keystore = make_certificates(directory, LOOPBACK)
    inner, secured, controller = free_port(), free_port(), free_port()
    settings = {
        "listeners": f"PLAINTEXT://{LOOPBACK}:{inner},SECURED://{LOOPBACK}:{secured},"
        f"CONTROLLER://{LOOPBACK}:{controller}",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL",
        "listener.name.secured.ssl.keystore.type": "PEM",
        "listener.name.secured.ssl.keystore.location": str(keystore),
        "listener.name.secured.sasl.enabled.mechanisms": ",".join(MECHANISMS),
        "listener.name.secured.scram-sha-512.sasl.jaas.config": SCRAM,
        "listener.name.secured.scram-sha-256.sasl.jaas.config": SCRAM,
        "listener.name.secured.plain.sasl.jaas.config": PLAIN,
    }
    with KafkaServer(directory / "kafka", inner, settings=settings, users={USER: PASSWORD}):
        yield SecuredKafka(f"{LOOPBACK}:{secured}", cafile)


def make_certificates(directory: Path, *hosts: str) -> tuple[Path, Path]:
    """The authority's certificate, and a server's key with its certificate, as Kafka reads them (PKCS #8)."""
    authority = trustme.CA()
    certificate = authority.issue_cert(*hosts)
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    cafile, keystore = directory / "ca.pem", directory / "server.pem"
    authority.cert_pem.write_to_path(str(cafile))
    keystore.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    )
    return cafile, keystore
