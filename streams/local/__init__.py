"""Everything on one machine: a local Apache Kafka and the processes of `virton up`."""
