// keyring leave|look: leaves or finds keys, which belong to a user and would outlive the jail.
#include "places.h"

enum { USER_KEYRING = -4, SEARCH = 10, NEW_SESSION = 1 };

int attack(int count, char **arguments) {
    if (count > 1 && !strcmp(arguments[1], "leave")) {
        TRY(add_key, "user", "quicksand", "marker", 6, USER_KEYRING);
        say("join", syscall(SYS_keyctl, NEW_SESSION, 0));
        return 0;
    }
    say("search", syscall(SYS_keyctl, SEARCH, USER_KEYRING, "user", "quicksand", 0));
    TRY(request_key, "user", "quicksand", 0, USER_KEYRING);
    return 0;
}
