"""Charts: pictures made here, as SVG in the page, so that they need no script and stand still."""
