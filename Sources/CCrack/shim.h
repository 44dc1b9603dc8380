// Target `CCrack`: cracklib, the dictionary of common passwords. Only `Identity` imports it.
#include <stddef.h>
#include <crack.h>
