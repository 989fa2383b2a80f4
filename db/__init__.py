"""Tables, sessions, migrations and one module of queries a subject. No business rules."""
