"""The service: Kafka, storage, SQL, HTTP, and the command line."""
