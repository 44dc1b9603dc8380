/* The open descriptors, how they were opened, and the folder of the program. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    for (int number = 0; number < 1024; number++) {
        struct stat state;
        if (fstat(number, &state) != 0) continue;
        printf("%d %o %d %d %d %d\n", number, state.st_mode, fcntl(number, F_GETFD), fcntl(number, F_GETFL), state.st_uid, isatty(number));
    }
    DIR *folder = opendir(".");
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat state;
        stat(entry->d_name, &state);
        printf("%s %o %d %d %d\n", entry->d_name, state.st_mode, state.st_uid, state.st_gid, (int)state.st_nlink);
    }
    return 0;
}
