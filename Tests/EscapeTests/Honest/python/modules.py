# The standard library that people reach for; each is used, not only imported.
import base64, bz2, collections, configparser, csv, ctypes, dataclasses, decimal, difflib, email
import enum, fractions, functools, getpass, gzip, hashlib, heapq, hmac, importlib, io, itertools
import json, logging, lzma, math, operator, pickle, platform, pprint, pwd, queue, random, re
import resource, secrets, shelve, socket, sqlite3, ssl, statistics, string, struct, sys, tempfile
import textwrap, timeit, tracemalloc, types, typing, urllib.parse, uuid, venv, warnings, weakref
import xml.etree.ElementTree, zlib, curses, readline, unittest, doctest, pdb, html, http.client
import errno, os, cmath, array, bisect, contextvars, copy, graphlib, inspect, ast, dis, sched

print("json", json.loads('{"ż": [1.5, null]}'))
connection = sqlite3.connect("honest.db")
connection.execute("pragma journal_mode=wal").fetchall()
with connection:
    connection.execute("create table numbers (value integer)")
    connection.executemany("insert into numbers values (?)", [(n,) for n in range(1000)])
print("sqlite3", connection.execute("select sum(value) from numbers").fetchone())
connection.close()
os.remove("honest.db")
context = ssl.create_default_context()
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
try:
    tls.do_handshake()
except ssl.SSLWantReadError:
    print("ssl", outgoing.read(3))
libc = ctypes.CDLL(None)
pointer = ctypes.POINTER(ctypes.c_int)
callback = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)
numbers = (ctypes.c_int * 3)(3, 1, 2)
libc.qsort(numbers, 3, ctypes.sizeof(ctypes.c_int), callback(lambda a, b: a[0] - b[0]))
print("ctypes", list(numbers))
print("decimal", decimal.Decimal(1) / 7, fractions.Fraction(3, 9))
random.seed(1)
print("random", random.randint(0, 10**9), len(secrets.token_hex(8)), len(os.urandom(5)))
print("uuid", uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), len(str(uuid.uuid1())))
print("hashlib", hashlib.sha256(b"x").hexdigest()[:16], hashlib.blake2b(b"x").hexdigest()[:16],
      hmac.digest(b"k", b"m", "md5").hex()[:8], hashlib.scrypt(b"p", salt=b"s", n=2, r=1, p=1)[:2])
for module in (zlib, bz2, lzma, gzip):
    print(module.__name__, module.decompress(module.compress(b"a" * 1000)) == b"a" * 1000)
print("re", re.sub(r"\b(\w)", lambda match: match[1].upper(), "many small words"))
print("xml", xml.etree.ElementTree.fromstring("<a><b c='1'/></a>")[0].attrib)
print("statistics", statistics.median([3, 1, 2]), math.isclose(math.sin(math.pi), 0, abs_tol=1e-9))
print("pickle", pickle.loads(pickle.dumps({"a": {1, 2}})))
with tempfile.TemporaryDirectory() as folder, shelve.open(folder + "/shelf") as shelf:
    shelf["key"] = [1, 2]
    print("shelve", shelf["key"])
print("limits", resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0)
print("platform", platform.system(), platform.python_implementation(), os.cpu_count() > 0,
      len(os.sched_getaffinity(0)) > 0, socket.gethostname() == os.uname().nodename, os.uname().sysname)
print("user", pwd.getpwuid(os.getuid()).pw_name != "root", os.path.expanduser("~") == os.getcwd())
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
logging.warning("logged")
print("ast", ast.unparse(ast.parse("x=1+2")))
print("timeit", timeit.timeit("pass", number=10) >= 0)
tracemalloc.start()
print("tracemalloc", tracemalloc.get_traced_memory()[1] >= 0)
