WHERE = __spec__.origin
