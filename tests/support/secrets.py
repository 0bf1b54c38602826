"""What docker-compose.production.yml asks for."""

PRODUCTION = ("docker-compose.yml", "docker-compose.production.yml")
SECRETS = {
    "POSTGRES_PASSWORD": "a",
    "CATALOGUE_OWNER_PASSWORD": "b",
    "CATALOGUE_API_PASSWORD": "c",
    "INGEST_WORKER_PASSWORD": "d",
    "CATALOGUE_API_KAFKA_PASSWORD": "e",
    "SENTIMENT_WORKER_KAFKA_PASSWORD": "f",
    "INGEST_WORKER_KAFKA_PASSWORD": "g",
    "GRAFANA_ADMIN_PASSWORD": "h",
    "ERASURE_KEY": "i" * 48,
}
