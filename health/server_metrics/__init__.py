"""What a model's server reports of itself: requests, failures and times, out of its metrics or out of a Prometheus."""
