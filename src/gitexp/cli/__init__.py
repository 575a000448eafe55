"""The command line: parses, calls, renders, exits. The only door to typer."""
