import circle_b

seen = circle_b.seen
