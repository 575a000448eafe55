"""Other trackers: what they have recorded is made into runs, one file for each of them."""
