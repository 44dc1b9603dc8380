# Files and folders, and copies. Outside, sendfile and copy_file_range are there; inside they are
# refused in ways that all users of them have an answer to.
import errno
import filecmp
import glob
import os
import pathlib
import shutil
import stat
import tarfile
import tempfile
import zipfile

content = os.urandom(3 << 20)
with tempfile.TemporaryDirectory() as name:
    top = pathlib.Path(name)
    (top / "tree/inner").mkdir(parents=True)
    (top / "tree/large").write_bytes(content)
    (top / "tree/inner/small").write_text("small")
    (top / "tree/link").symlink_to("large")
    os.chmod(top / "tree/inner/small", 0o640)
    os.utime(top / "tree/inner/small", (1_000_000_000, 1_000_000_000))

    shutil.copyfile(top / "tree/large", top / "copy")
    print("copyfile", filecmp.cmp(top / "tree/large", top / "copy", shallow=False))
    shutil.copytree(top / "tree", top / "second", symlinks=True)
    copied = os.stat(top / "second/inner/small")
    print("copytree", oct(copied.st_mode & 0o777), int(copied.st_mtime),
          os.readlink(top / "second/link"))
    shutil.move(top / "second", top / "moved")
    print("move", sorted(os.listdir(top / "moved")), (top / "second").exists())
    shutil.move(top / "copy", "moved copy")
    print("across", os.stat("moved copy").st_size)
    os.remove("moved copy")

    for call in ("copy_file_range", "sendfile"):
        with open(top / "tree/large", "rb") as source, open(top / "fast", "wb") as target:
            try:
                if call == "sendfile":
                    os.sendfile(target.fileno(), source.fileno(), 0, 100)
                else:
                    os.copy_file_range(source.fileno(), target.fileno(), 100)
                outcome = "done"
            except OSError as error:
                outcome = errno.errorcode[error.errno]
        print(call, outcome)

    with tarfile.open(top / "archive.tar.gz", "w:gz") as archive:
        archive.add(top / "tree/inner", "inner")
    with zipfile.ZipFile(shutil.make_archive(top / "archive", "zip", top / "tree")) as archive:
        print("archives", sorted(archive.namelist()), os.path.exists(top / "archive.tar.gz"))
    os.link(top / "tree/large", top / "hard")
    print("link", os.stat(top / "hard").st_nlink)
    os.rename(top / "hard", top / "tree/inner/hard")
    os.replace(top / "tree/inner/hard", top / "tree/large")
    os.truncate(top / "tree/large", 10)
    print("truncate", os.path.getsize(top / "tree/large"))
    os.mkfifo(top / "fifo")
    print("fifo", stat.S_ISFIFO(os.stat(top / "fifo").st_mode))
    print("glob", sorted(os.path.basename(path) for path in glob.glob(name + "/**", recursive=True)
                         if os.path.isfile(path)))
    print("walk", sum(len(files) for _, _, files in os.walk(top)))
    with open(top / "synced", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 4096)
        os.fsync(file.fileno())
        os.fdatasync(file.fileno())
    try:
        os.posix_fadvise(os.open(top / "synced", os.O_RDONLY), 0, 0, os.POSIX_FADV_SEQUENTIAL)
    except OSError as error:
        print("advice", errno.errorcode[error.errno])
    print("space", shutil.disk_usage(top).free > 1 << 20)

descriptor, path = tempfile.mkstemp()
os.write(descriptor, b"kept")
print("mkstemp", pathlib.Path(path).read_text(), oct(os.stat(path).st_mode & 0o777))
os.remove(path)
with tempfile.SpooledTemporaryFile(max_size=10) as file, tempfile.TemporaryFile() as other:
    file.write(b"more than ten bytes")
    other.write(b"x")
    print("rolled", file._rolled)
shared = f"/dev/shm/honest-{os.getpid()}"
pathlib.Path(shared).write_text("in memory")
print("shm", pathlib.Path(shared).read_text())
os.remove(shared)
