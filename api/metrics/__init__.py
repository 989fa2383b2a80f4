"""What Prometheus reads: one list of metrics, from which `/metrics`, the documentation, a dashboard and alert rules are made."""
