import sys
from dataclasses import dataclass


@dataclass
class Greeting:
    name: str

    def __str__(self) -> str:
        return f"Hello, {self.name}!"


print(Greeting("python"))
sys.exit(0)
