VALUE = "of the source"
