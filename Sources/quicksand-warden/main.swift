// Target `quicksand-warden`: the warden's program, linked statically. It only calls the privileged
// side.

// The privileged processes: the monitor, and the warden that it forks. Started by `quicksand` with
// a socket as descriptor 3 and the sealed catalog as 4; they take no arguments, read no environment
// and no file that the catalog does not name.
import Glibc
import Warden

exit(Monitor.main())
