// A few lines that become four million tokens.
#define A "a" "b" "c" "d"
#define B A A A A A A A A
#define C B B B B B B B B
#define D C C C C C C C C
#define E D D D D D D D D
#define F E E E E E E E E
#define G F F F F F F F F
const char text[] = G G;
int main(void) { return text[0] == 'b'; }
