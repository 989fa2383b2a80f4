"""`/api/v1`: what the pages do, for programs. The same services, the same sentences, the same limits of who may see what."""
