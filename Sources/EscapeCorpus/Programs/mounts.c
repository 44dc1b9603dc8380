// A program that can mount can cover any file: both mount APIs, and reads of the mount table.
#include "places.h"
#include <sys/mount.h>

int attack(int count, char **arguments) {
    static char answer[512];
    struct { uint32_t size, spare; uint64_t id, parameter; } request = {24, 0, -1, 0x20};
    TRY(mount, "none", "/tmp", "tmpfs", 0, 0);
    say("remount", mount("none", "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    say("bind", mount("/usr", "/tmp", NULL, MS_BIND, NULL));
    TRY(umount2, "/proc", 2);
    TRY(pivot_root, "/tmp", "/tmp");
    TRY(chroot, "/tmp");
    TRY(open_tree, AT_FDCWD, "/", 0);
    TRY(move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/tmp", 0);
    TRY(fsopen, "tmpfs", 0);
    TRY(fsconfig, -1, 0, 0, 0, 0);
    TRY(fsmount, -1, 0, 0);
    TRY(fspick, AT_FDCWD, "/tmp", 0);
    TRY(mount_setattr, AT_FDCWD, "/tmp", 0, 0, 0);
    say("statmount", syscall(NUMBER_STATMOUNT, &request, answer, sizeof answer, 0));
    say("listmount", syscall(NUMBER_LISTMOUNT, &request, answer, 8, 0));
    return 0;
}
