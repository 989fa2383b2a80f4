"""`python -m cli`: the `mds` command."""

from cli.main import main

raise SystemExit(main())
