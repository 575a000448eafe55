"""Pure values and rules: what a run is. No file, clock, randomness or environment is read here."""
