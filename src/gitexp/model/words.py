"""The words of a run's made-up name: 64 of each, so that six random bits choose one. Their order is frozen."""

from __future__ import annotations

_ADJECTIVES = """
amber azure bold brave brief bright brisk calm clear clever coral cosy crisp curious daring deep eager early
fair fancy fleet fond fresh gentle glad golden grand green happy hardy hazel humble ivory jolly keen kind
lively loyal lucid lucky merry mild misty modest neat noble olive pale plain proud quick quiet rapid ready
rosy sharp silver sleek smart snowy solid steady sunny swift
"""
_NOUNS = """
ant ape bat bear bee bison boar carp cat clam cod colt crab crane crow deer dove duck eagle eel elk emu fawn
finch fox frog gecko goat goose gull hare hawk heron ibis jay kite koala lark lemur lion lynx mole moose moth
mouse newt orca otter owl panda perch pike puma quail raven robin seal shark shrew skunk sloth snail stork
swan
"""

ADJECTIVES = tuple(_ADJECTIVES.split())
NOUNS = tuple(_NOUNS.split())
