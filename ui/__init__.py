"""Everything that draws and is not a page."""
