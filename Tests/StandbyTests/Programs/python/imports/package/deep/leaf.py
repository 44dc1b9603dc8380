from .. import exported as NAME
