// The types that both sides of the warden's socket share are part of Domain too: a file that
// imports Domain gets them.
@_exported public import Vocabulary
