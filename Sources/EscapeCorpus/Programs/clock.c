// The machine's clock, and the machine. Nothing of it is possible for an ordinary user, so what is
// asked for is shaped to be answered otherwise than with EPERM by a kernel that looks at it.
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
