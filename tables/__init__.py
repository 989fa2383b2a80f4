"""Files in, rows of a model out.

`reading.read(file, name)` makes a `table.Table` or raises `errors.UnreadableFile`;
`mapping.suggest(table, signature)` proposes columns for fields and `mapping.corrected` takes a person's word;
`converting.converted(table, mapping, signature)` gives the rows that can be sent and the problems of the others.
"""
