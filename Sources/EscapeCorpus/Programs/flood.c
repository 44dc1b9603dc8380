// flood BYTES PIECE: writes BYTES bytes to each of both streams, in pieces of PIECE bytes.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count < 3) return 2;
    static char piece[1 << 20];
    long left = atol(arguments[1]), size = atol(arguments[2]);
    memset(piece, 'x', sizeof piece);
    while (left > 0) {
        long now = left < size ? left : size;
        for (int stream = 1; stream <= 2; stream++)
            for (long sent = 0; sent < now;) {
                ssize_t written = write(stream, piece, now - sent);
                if (written < 0) return 3;
                sent += written;
            }
        left -= now;
    }
}
