package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render"
)

// An output is one format that a report is written in, and where to.
type output struct {
	format *render.Format
	file   string // "" for standard output
}

// parseOutputs reads the values of --output, format[=file]. Without any, the
// first format goes to standard output.
func parseOutputs(specs []string) ([]output, error) {
	if len(specs) == 0 {
		return []output{{format: render.Formats[0]}}, nil
	}
	var outputs []output
	taken := map[string]bool{}
	for _, spec := range specs {
		name, file, named := strings.Cut(spec, "=")
		format := render.Named(name)
		switch {
		case format == nil:
			return nil, unknownFormat(name)
		case named && file == "":
			return nil, misuse("write "+name+"=file, or just "+name+" for standard output", "--output: no file after %q", spec)
		case taken[file] && file == "":
			return nil, misuse("give all but one a file: -o "+name+"=file", "--output: two formats for standard output")
		case taken[file]:
			return nil, misuse("", "--output: two formats for file %q", file)
		}
		taken[file] = true
		outputs = append(outputs, output{format, file})
	}
	return outputs, nil
}

// unknownFormat is the error of a format that does not exist. For the name of a file,
// the hint is the format of its extension.
func unknownFormat(name string) error {
	hint := oneOf(name, formatNames())
	if ext := strings.TrimPrefix(filepath.Ext(name), "."); slices.Contains(formatNames(), ext) {
		hint = didYouMean(ext + "=" + name)
	}
	return misuse(hint, "--output: unknown format %q", name)
}

func formatNames() []string {
	var names []string
	for _, f := range render.Formats {
		names = append(names, f.Name)
	}
	return names
}

func completeFormats(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, f := range render.Formats {
		words = append(words, cobra.CompletionWithDesc(f.Name, f.Doc))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// onStandardOutput returns the format that goes to standard output, nil if none
// does.
func (r *run) onStandardOutput() *render.Format {
	for _, o := range r.outputsTo {
		if o.file == "" {
			return o.format
		}
	}
	return nil
}

// write writes the report in every format of --output, or in none if one of them
// cannot show it.
func (r *run) write(report *analyze.Report, view render.View) error {
	for _, o := range r.outputsTo {
		if lost := render.Parts(report) &^ o.format.Shows; lost != 0 {
			err := &render.CannotShow{Format: o.format.Name, Part: lost}
			hint := err.Hint()
			if check := report.Check; check != nil && check.Variants != nil {
				hint = "write --variant " + check.Variants[0].Name
			}
			return misuse(hint, "%w", err)
		}
	}
	for _, o := range r.outputsTo {
		if err := r.writeOne(o, report, view); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) writeOne(o output, report *analyze.Report, view render.View) error {
	options := render.Options{Verbose: r.verbose, View: view, ASCII: !unicodeLocale()}
	write := func(w io.Writer) error { return o.format.Write(w, report, options) }
	var err error
	to := "standard output"
	if o.file != "" {
		to = o.file
		err = writeFile(o.file, write)
	} else {
		profile := r.colorProfile()
		options.Color = profile > colorprofile.ASCII
		options.Width = terminalWidth(r.out)
		err = writeOut(r.out, profile, write)
	}
	switch {
	case err == nil:
		return nil
	case hintOf(err) != "": // the error of a format, which has a hint
		return misuse(hintOf(err), "%w", err)
	}
	return misuse("", "writing %s: %w", to, withoutPath(err))
}

// writeOut writes to standard output, with colors as the terminal knows them.
func writeOut(out io.Writer, profile colorprofile.Profile, write func(io.Writer) error) error {
	if profile <= colorprofile.ASCII {
		w := bufio.NewWriter(out)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	// One write, because the color writer does not support an escape sequence that is
	// split over two.
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := (&colorprofile.Writer{Forward: out, Profile: profile}).Write(text.Bytes())
	return err
}

// writeFile writes a file atomically: to a temporary file in the same directory, which
// is renamed when it is complete. Files that are not regular (links, pipes, devices) are
// written in place.
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

// withoutPath removes the name of the file from an error, for a message that
// already contains it.
func withoutPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// terminal returns the file behind a stream if it is a terminal, else nil.
func terminal(stream any) *os.File {
	if f, ok := stream.(*os.File); ok && term.IsTerminal(f.Fd()) {
		return f
	}
	return nil
}

// terminalWidth returns the columns of the terminal that w is, 0 if it is none.
func terminalWidth(w io.Writer) int {
	if f := terminal(w); f != nil {
		if width, _, err := term.GetSize(f.Fd()); err == nil {
			return width
		}
	}
	return 0
}
