// The assembler puts the file's bytes into the program.
__asm__(".section .rodata\n.incbin \"{canary}\"\n.previous");
int main(void) { return 0; }
