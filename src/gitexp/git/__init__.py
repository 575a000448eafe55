"""The only door to dulwich and to the git binary. Knows repositories, objects and refs; never hears of runs."""
