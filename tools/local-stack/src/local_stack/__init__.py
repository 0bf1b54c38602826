"""A real Apache Kafka and PostgreSQL on 127.0.0.1, without Docker; and the whole system on them."""
