"""the last by name"""
