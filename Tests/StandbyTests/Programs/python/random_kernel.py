# Bytes of the kernel, and what is made of them.
import os
import secrets
import uuid

print(os.urandom(8).hex(), secrets.token_hex(8), uuid.uuid4())
