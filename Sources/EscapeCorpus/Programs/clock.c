// Changes the machine's clock, and the machine's state. An ordinary user may do none of it, so each
// argument is shaped so that a kernel that checks it answers otherwise than with EPERM.
#include "places.h"
#include <sys/timex.h>
#include <time.h>

int attack(int count, char **arguments) {
    struct timex reading = {0};
    TRY(adjtimex, &reading);
    TRY(clock_adjtime, CLOCK_REALTIME, &reading);
    TRY(clock_settime, CLOCK_REALTIME, NULL);
    TRY(settimeofday, (void *)1, 0);
    struct timespec now = {.tv_sec = 1};
    say("set to 1970", syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
    TRY(quotactl, 0x80000100, 0, 0, 0);
    TRY(name_to_handle_at, -1, "x", 0, 0, 0);
    TRY(open_by_handle_at, -1, 0, 0);
    TRY(sethostname, "x", -1);
    TRY(syslog, 99, 0, 0);
    return 0;
}
