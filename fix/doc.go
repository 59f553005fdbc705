// Package fix turns the fixes of findings into edits of the files that the inputs were read from.
//
// An edit changes the bytes of one value, or adds or removes one entry, at its place: comments,
// order, indentation, quotes and line breaks stay as they are. The edited document is parsed again
// and compared with what the edit should make of it; what does not agree, or is written in a way
// that the editor does not know, is not edited but suggested. New objects are written to files of
// their own.
//
// Nothing here reads or writes files: Make is given their texts and returns the new ones.
package fix
