// Prints every descriptor that the program inherited, and its kind.
#include "places.h"
#include <sys/stat.h>

int attack(int count, char **arguments) {
    for (int fd = 0; fd < 65536; fd++) {
        struct stat status;
        if (fcntl(fd, F_GETFD) < 0 || fstat(fd, &status) < 0) continue;
        const char *kind = S_ISFIFO(status.st_mode)  ? "pipe"
                           : S_ISDIR(status.st_mode) ? "folder"
                           : S_ISCHR(status.st_mode) ? "device"
                                                     : "other";
        printf("%d=%s%s\n", fd, kind, fchdir(fd) == 0 ? ", entered" : "");
    }
    return 0;
}
