# Other languages that the system brings, as a shell script would use them: a compiler with OpenMP,
# make, and interpreters.
cat > main.c <<'END'
#include <omp.h>
#include <stdio.h>
int main(void) {
    long sum = 0;
    int threads = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(4)
    for (int i = 1; i <= 100000; i++) sum += i;
#pragma omp parallel num_threads(3)
#pragma omp single
    threads = omp_get_num_threads();
    printf("openmp %ld %d\n", sum, threads);
}
END
gcc -fopenmp -O1 -o main main.c && ./main
cat > library.c <<'END'
int answer(void) { return 42; }
END
gcc -shared -fPIC -o library.so library.c
python3 -c 'import ctypes; print("library", ctypes.CDLL("./library.so").answer())'
printf 'all: one two\n\t@echo made $^\none two:\n\t@touch $@\n' > Makefile
make -s -j2
ar rcs archive.a main.c && ar t archive.a
ldd main | grep -c libgomp
rm -f main main.c library.c library.so Makefile one two archive.a
