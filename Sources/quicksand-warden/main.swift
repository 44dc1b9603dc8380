// The privileged process. Started by `quicksand` with the control socket as descriptor 3 and the
// sealed catalog as 4; it takes no arguments, reads no environment and no file that the catalog
// does not name.
import Glibc
import Jail

exit(Warden.main())
