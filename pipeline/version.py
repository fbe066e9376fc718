"""The version that every derived row carries."""

VERSION = "0.1.0"
