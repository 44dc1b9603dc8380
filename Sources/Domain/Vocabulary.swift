// The words that both sides of the warden's socket share are Domain's as well: a file that imports
// Domain has them.
@_exported public import Vocabulary
