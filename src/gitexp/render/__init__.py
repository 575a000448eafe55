"""Model to text: tables, trees, styled lines. The only door to rich and tabulate."""
