#!/usr/bin/env bash
# Healthy when the broker answers an ApiVersions request (https://kafka.apache.org/protocol#The_Messages_ApiVersions).
# Spoken by hand: the broker's own tools start a JVM each time, which costs more than a second of CPU a check.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/9092
#       10 bytes follow | API 18 | version 0 | correlation 7  | no client id
printf '\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x07\xff\xff' >&3
answer=$(head -c 10 <&3 | od -An -tx1 -j4 | tr -d ' \n')
[ "$answer" = 000000070000 ] # correlation 7, no error
