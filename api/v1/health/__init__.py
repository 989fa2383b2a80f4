"""What the API says of a model's health: one module for each part of the page Health."""
