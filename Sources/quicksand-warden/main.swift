// Target `quicksand-warden`: the warden's program, linked statically. It only calls the privileged
// side.

// The privileged processes: the monitor, and the warden that it forks. `quicksand` starts them with
// a socket as descriptor 3 and the sealed catalog as 4. They take no arguments, read no environment
// and no file that the catalog does not name.
import Glibc
import Warden

exit(Monitor.main())
