"""What happens between a request and the wire: connections, credentials, retries, breaker, hedging."""
