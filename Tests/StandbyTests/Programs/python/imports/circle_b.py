import circle_a

seen = hasattr(circle_a, "seen")
