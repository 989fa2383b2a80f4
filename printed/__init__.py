"""Pages of HTML that open without a network, run no script, and print: how they are written, and what all have in common."""
