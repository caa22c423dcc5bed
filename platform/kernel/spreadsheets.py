"""Cells for files that people open in a spreadsheet."""


def harmless(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula: a leading sign is quoted."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
