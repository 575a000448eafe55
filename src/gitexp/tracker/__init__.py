"""What a script says of its own run: ``gitexp.log`` and its companions. The standard library and ``format.frames``."""
