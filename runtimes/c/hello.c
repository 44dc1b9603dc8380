#include <math.h>
#include <stdio.h>

int main(void) {
    printf("Hello, %.*s!\n", (int)sqrt(1.0), "c");
    return 0;
}
