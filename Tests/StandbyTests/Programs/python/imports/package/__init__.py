__all__ = ["exported"]
exported = __name__
