#!/usr/bin/env bash
# Each service's user, with its password, and what it may do on the broker: no more than what it reads and
# writes. Adds what is missing; takes away nothing.
set -euo pipefail
export KAFKA_HEAP_OPTS=-Xmx128m KAFKA_JVM_PERFORMANCE_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1"

tool() { "/opt/kafka/bin/$1" --bootstrap-server localhost:9092 "${@:2}" >/dev/null; }

user() { # <name> <password>
  tool kafka-configs.sh --alter --entity-type users --entity-name "$1" --add-config "SCRAM-SHA-512=[password=$2]"
}

allow() { tool kafka-acls.sh --add --force --allow-principal "User:$1" "${@:2}"; }

writes() { # <user> <topic>...
  local topics=("${@:2}")
  allow "$1" --operation Write --operation Describe "${topics[@]/#/--topic=catalogue.}"
}

reads() { # <user> <topic>...; in consumer groups that begin with the user's name
  local topics=("${@:2}")
  allow "$1" --operation Read --operation Describe "${topics[@]/#/--topic=catalogue.}"
  allow "$1" --operation Read --resource-pattern-type prefixed --group "$1."
}

follows() { # <user> <topic>...; in no group of its own, but it sees how far those of the workers are
  local topics=("${@:2}")
  allow "$1" --operation Read --operation Describe "${topics[@]/#/--topic=catalogue.}"
  for worker in sentiment-worker ingest-worker; do
    allow "$1" --operation Describe --resource-pattern-type prefixed --group "$worker."
  done
}

user catalogue-api "$CATALOGUE_API_KAFKA_PASSWORD"
user sentiment-worker "$SENTIMENT_WORKER_KAFKA_PASSWORD"
user ingest-worker "$INGEST_WORKER_KAFKA_PASSWORD"

writes catalogue-api opinions.submitted.v1 results.reported.v1 use-cases.mentioned.v1 submissions.retracted.v1
# What an erasure reports is for how long topics keep messages.
allow catalogue-api --operation DescribeConfigs --topic=catalogue. --resource-pattern-type prefixed
follows catalogue-api opinions.submitted.v1 opinions.classified.v1 results.reported.v1 use-cases.mentioned.v1 \
  submissions.retracted.v1 dead-letters.v1 subjects.erased.v1
reads sentiment-worker opinions.submitted.v1
writes sentiment-worker opinions.classified.v1 dead-letters.v1
reads ingest-worker opinions.classified.v1 results.reported.v1 use-cases.mentioned.v1 submissions.retracted.v1 dead-letters.v1
# It publishes dead letters again, each on its topic.
writes ingest-worker opinions.submitted.v1 opinions.classified.v1 results.reported.v1 use-cases.mentioned.v1 \
  submissions.retracted.v1 dead-letters.v1 subjects.erased.v1
