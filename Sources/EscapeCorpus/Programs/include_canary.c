// What gcc says of a line that is no C has the line in it.
#include "{canary}"
int main(void) { return 0; }
