// Files, folders, locks and what the system has of one's name, place and time.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static int files;

static int visit(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)path, (void)status, (void)where;
    files += kind == FTW_F;
    return 0;
}

static const char *outcome(long result) { return result < 0 ? strerrorname_np(errno) : "done"; }

int main(int argc, char **argv) {
    char top[] = "honest-XXXXXX", text[100] = "";
    printf("locale %s", setlocale(LC_ALL, ""));
    printf(" %s\n", nl_langinfo(CODESET));
    if (!mkdtemp(top) || chdir(top)) return 1;
    int file = open("żółw", O_RDWR | O_CREAT | O_EXCL, 0640);
    if (write(file, "0123456789", 10) != 10 || pwrite(file, "abc", 3, 20) != 3) return 1;
    struct stat status;
    fstat(file, &status);
    printf("file %ld %o\n", (long)status.st_size, status.st_mode & 0777);
    printf("flock %s", outcome(flock(file, LOCK_EX | LOCK_NB)));
    printf(" lockf %s", outcome(lockf(file, F_TLOCK, 0)));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 4};
    printf(" open file %s\n", outcome(fcntl(file, F_OFD_SETLK, &lock)));

    printf("rename %s", outcome(rename("żółw", "new")));
    printf(" link %s", outcome(link("new", "hard")));
    printf(" symlink %s", outcome(symlink("new", "soft")));
    int exchanged = renameat2(AT_FDCWD, "soft", AT_FDCWD, "hard", RENAME_EXCHANGE);
    printf(" exchange %s\n", outcome(exchanged));
    printf("fallocate %s", outcome(fallocate(file, 0, 0, 1 << 16)));
    int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    printf(" hole %s", outcome(fallocate(file, hole, 0, 4096)));
    printf(" truncate %s fsync %s\n", outcome(ftruncate(file, 10)), outcome(fsync(file)));
    printf("mkfifo %s chmod %s", outcome(mkfifo("fifo", 0600)), outcome(chmod("new", 0600)));
    struct timespec times[2] = {{1000000000, 0}, {1000000000, 0}};
    printf(" utimens %s\n", outcome(utimensat(AT_FDCWD, "new", times, 0)));
    mkdir("folder", 0755);
    glob_t found;
    glob("*", 0, NULL, &found);
    nftw(".", visit, 8, FTW_PHYS);
    printf("glob %zu nftw %d\n", found.gl_pathc, files);
    struct statvfs space;
    printf("space %d\n", statvfs(".", &space) == 0 && space.f_bavail > 0);
    // Refused inside, like any call that an old kernel lacks: programs have another way.
    int copy = open("copy", O_RDWR | O_CREAT, 0600);
    int ranged = copy_file_range(file, NULL, copy, NULL, 10, 0) < 0 && errno != ENOSYS;
    int sent = sendfile(copy, file, NULL, 10) < 0 && errno != EINVAL;
    printf("copies %d %d\n", ranged, sent);
    FILE *stream = tmpfile();
    fprintf(stream, "%d %ls", 42, L"żółw");
    rewind(stream);
    printf("tmpfile %s\n", fgets(text, sizeof text, stream));
    if (chdir("..")) return 1;
    if (system("rm -r honest-??????")) return 1;

    void *library = dlopen("libm.so.6", RTLD_NOW);
    double (*cosine)(double) = (double (*)(double))dlsym(library, "cos");
    printf("dlopen %.1f %d\n", cosine(0), dlopen("no-such.so", RTLD_NOW) == NULL);
    wchar_t wide[32];
    for (int i = 1; i < argc; i++)
        printf("argument '%s' %zu\n", argv[i], mbstowcs(wide, argv[i], 32));
    while (fgets(text, sizeof text, stdin)) printf("stdin %zu %s", strlen(text), text);
    time_t moment = 1000000000;
    strftime(text, sizeof text, "%F %T %Z", gmtime(&moment));
    printf("time %s", text);
    setenv("TZ", "Europe/Warsaw", 1);
    tzset();
    strftime(text, sizeof text, "%F %T %Z", localtime(&moment));
    printf(" | %s\n", text);
    struct utsname system;
    struct passwd *user = getpwuid(getuid());
    printf("system %d user %d\n", uname(&system), user != NULL);
    printf("environment %s %d\n", getenv("LANG"), sysconf(_SC_NPROCESSORS_ONLN) > 0);
}
