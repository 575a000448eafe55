"""The only door to DVC: pointers, hashes and the cache of what is too large for Git."""
