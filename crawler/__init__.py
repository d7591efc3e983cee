"""Asks politely, captures everything, reads what came."""
