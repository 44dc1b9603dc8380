// Target `CSeccomp`: libseccomp, which compiles the syscall policy to BPF. Only `Catalog` imports
// it.
#pragma once
#include <seccomp.h>
