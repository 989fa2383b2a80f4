"""Where the rows of a large file are asked about: `local`, in the workers of one database, or `ray`, on a cluster. The chunk
code and its ledger are the same (docs/decisions/0021, 0024)."""
