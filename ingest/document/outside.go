package document

import "errors"

// ErrOutside is why a file that a document or a link refers to is not opened: it is not below
// the directories that inputs may refer to. A reader reports it as failed, with the place of
// the reference.
var ErrOutside = errors.New("it is outside the work tree or the directory of the sources")

// OutsideHint is the hint of a problem with ErrOutside.
const OutsideHint = "name its directory as a source too, or write --follow-outside if the inputs are trusted"
