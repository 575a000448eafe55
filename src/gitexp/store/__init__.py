"""Runs in a repository: written, listed, resolved. Joins the format to Git."""
