"""How dates and times are written, where we differ from Django; numbers are Django's own (1.819 and 1,819)."""
