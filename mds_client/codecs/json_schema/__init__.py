"""JSON Schema as fields, values as the JSON that it asks for, and any JSON of an answer as outputs."""

from mds_client.codecs.json_schema.answers import output_fields
from mds_client.codecs.json_schema.bodies import object_of, value_of
from mds_client.codecs.json_schema.keywords import MAX_CHOICES, MAX_FIELDS
from mds_client.codecs.json_schema.schema import Schema

__all__ = [
    "MAX_CHOICES",
    "MAX_FIELDS",
    "Schema",
    "object_of",
    "output_fields",
    "value_of",
]
