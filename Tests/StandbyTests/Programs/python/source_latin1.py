# -*- coding: latin-1 -*-
# A source in another encoding.
print(ascii("éÿ¤"), "café")
raise ValueError("über")
