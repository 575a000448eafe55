"""The world at run time: child processes, terminals, interpreters, hardware, secrets in what was seen."""
