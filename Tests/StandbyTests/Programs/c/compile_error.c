/* A program that no compiler takes. */
int main(void) { return undefined; }
