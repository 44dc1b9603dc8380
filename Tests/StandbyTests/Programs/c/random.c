/* What the kernel gave the process with its start, where things are, and more of its bytes. */
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/random.h>

int main(void) {
    unsigned long drawn, *start = (unsigned long *)getauxval(AT_RANDOM);
    getrandom(&drawn, sizeof drawn, 0);
    printf("%lx %lx %p %lx\n", start[0], start[1], (void *)&drawn, drawn);
    return 0;
}
