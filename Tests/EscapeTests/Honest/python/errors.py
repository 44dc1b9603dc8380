# A program that fails must say why as it does elsewhere.
import subprocess
import sys


def failing(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def deep(level):
    return deep(level + 1)


try:
    deep(0)
except RecursionError as error:
    print("caught", error)

ended = failing("def deep(level): return deep(level + 1)\ndeep(0)")
lines = ended.stderr.splitlines()
repeats = any("more times" in line for line in lines)
print("recursion", ended.returncode, lines[0], lines[-1], repeats)

nested = "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(300))
ended = failing(nested + "def f300(): return 1 // 0\nf0()")
lines = ended.stderr.splitlines()
print("traceback", ended.returncode, len(lines) > 300, lines[-1])

ended = failing("try:\n  {}['kęy']\nexcept KeyError as cause:\n  raise ValueError('ż') from cause")
print("chained", ended.stderr.count("Traceback"), ended.stderr.splitlines()[-1])
print("syntax", failing("print(").stderr.splitlines()[-1])
print("exit", failing("raise SystemExit('said so')").stderr.strip(), failing("exit(3)").returncode)
ended = failing("import threading; threading.Thread(target=lambda: 1 / 0).start()")
print("thread", ended.returncode, ended.stderr.splitlines()[-1])
ended = failing(
    "import sys; sys.setrecursionlimit(10**6)\n"
    "def deep(n): return n and 1 + deep(n - 1)\nprint(deep(60_000))"
)
print("deep", ended.returncode, ended.stdout.strip())
