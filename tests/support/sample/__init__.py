"""A catalogue to look at: invented models of invented laboratories, with results, prices and opinions.

The same each time. Its names are nobody's, so that no score stands here of what somebody sells.
"""
