// gcc's error message about a line that is not C contains the line.
#include "{canary}"
int main(void) { return 0; }
