package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/charmbracelet/colorprofile"
)

// writeOut writes to standard output, with colors as the terminal knows them.
func writeOut(out io.Writer, profile colorprofile.Profile, write func(io.Writer) error) error {
	if profile <= colorprofile.ASCII {
		w := bufio.NewWriter(out)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	// In one piece, because the color writer cannot continue an escape sequence
	// that was cut in two.
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := (&colorprofile.Writer{Forward: out, Profile: profile}).Write(text.Bytes())
	return err
}

// writeFile writes a file as a whole: until everything is written it stands
// beside its place under another name, so that nobody meets half of it. What is
// no regular file, a link, a pipe or a device, is written in place.
func writeFile(name string, write func(io.Writer) error) (err error) {
	open, flags, mode := fmt.Sprintf("%s.weir-%d", name, os.Getpid()), os.O_EXCL, os.FileMode(0o666)
	if info, err := os.Lstat(name); err == nil {
		if mode = info.Mode().Perm(); !info.Mode().IsRegular() {
			open, flags, mode = name, os.O_TRUNC, 0o666
		}
	}
	file, err := os.OpenFile(open, os.O_WRONLY|os.O_CREATE|flags, mode)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	err = cmp.Or(write(w), w.Flush(), file.Close())
	switch {
	case open == name:
		return err
	case err != nil:
		os.Remove(open)
		return err
	}
	return os.Rename(open, name)
}

// withoutPath leaves the name of the file out of an error, for a message that
// has it already.
func withoutPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
