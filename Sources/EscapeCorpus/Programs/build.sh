# build.sh SOURCE static|shared [ARGUMENT...]: compiles an attack as a raw static program, and as a
# library for Python if asked to. Arguments make the attack here and now: in the compile stage.
set -e
source=$1 kind=$2
shift 2
gcc -std=gnu17 -O1 -pthread -static -o program "$source"
if [ "$kind" = shared ]; then
    gcc -std=gnu17 -O1 -pthread -shared -fPIC -DLOADED -o attack.so "$source"
fi
if [ $# != 0 ]; then ./program "$@"; fi
