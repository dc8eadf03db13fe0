"""The pictures: photo checks, pose, parsing, body surface and try-on. Imports no Kafka."""
