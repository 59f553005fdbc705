package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/render"
)

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

// checkOutputs returns what would keep an output from being written, before any input is read.
func (r *run) checkOutputs() error {
	for _, o := range r.outputsTo {
		if err := o.format.Ready(); err != nil {
			return misuse(hintOf(err), "%w", err)
		}
		if o.file == "" {
			continue
		}
		if err := r.writable(o.file); err != nil {
			return misuse("", "writing %s: %w", o.file, withoutPath(err))
		}
	}
	return nil
}

// writable returns the error of a file that cannot be written. It leaves no trace.
func (r *run) writable(name string) error {
	info, err := os.Lstat(name)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a directory")
	case err == nil && !info.Mode().IsRegular():
		return nil // a pipe may wait for its reader, and a link for its target
	}
	file, err := createTemporary(filepath.Dir(name), 0o666)
	if err != nil {
		return err
	}
	return cmp.Or(file.Close(), os.Remove(file.Name()))
}

// places says where the files of a report are.
func places() render.Places {
	dir, err := os.Getwd()
	if err != nil {
		return render.Places{}
	}
	return render.Places{Dir: dir, Root: ingest.WorkTree(dir)}
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
	if report.Graph != nil && slices.ContainsFunc(r.outputsTo, func(o output) bool { return o.format.Explores }) {
		report.Explored = analyze.Explore(report.Graph, analyze.Scope(report.Graph, graph.Weak))
		if d := report.Diff; d != nil {
			report.Before = analyze.Explore(d.Old, analyze.Scope(d.Old, graph.Weak))
		}
	}
	if report.Graph != nil && r.look.Label == render.LabelPolicy && slices.ContainsFunc(r.outputsTo, func(o output) bool { return o.format.Draws }) {
		report.Policies = analyze.PolicyMatrix(report.Graph, analyze.Scope(report.Graph, graph.Allowed), analyze.MatrixFilter{})
	}
	var failed error
	for _, o := range r.outputsTo {
		// Whoever reads the output may stop early, which changes nothing about the result.
		if err := r.writeOne(o, report, view); err != nil && !errors.Is(err, syscall.EPIPE) {
			failed = cmp.Or(failed, err) // the other formats are written all the same
		}
	}
	return failed
}

func (r *run) writeOne(o output, report *analyze.Report, view render.View) error {
	options := render.Options{Context: r.ctx, Verbose: r.verbose, View: view, ASCII: !unicodeLocale(), Version: version(), Places: places(), Look: r.look, Sources: r.named}
	write := func(w io.Writer) error { return o.format.Write(w, report, options) }
	var err error
	to := "standard output"
	if o.file != "" {
		to = o.file
		err = r.writeFile(o.file, write)
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
// is renamed when it is complete and the run was not interrupted. Files that are not regular
// (links, pipes, devices) are written in place, except for links out of the git work tree that
// they are in.
func (r *run) writeFile(name string, write func(io.Writer) error) error {
	mode := os.FileMode(0o666)
	if info, err := os.Lstat(name); err == nil {
		if mode = info.Mode().Perm(); !info.Mode().IsRegular() {
			if !r.followOutside && ingest.LeadsOut(name) {
				return errors.New("it is a link out of the work tree")
			}
			file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
			if err != nil {
				return err
			}
			return fill(file, write)
		}
	}
	file, err := createTemporary(filepath.Dir(name), mode)
	if err != nil {
		return err
	}
	temporary := file.Name()
	defer r.leave.remove(temporary)()
	if err = cmp.Or(fill(file, write), r.ctx.Err()); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}

// fill writes a file and closes it.
func fill(file *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriter(file)
	return cmp.Or(write(w), w.Flush(), file.Close())
}

// createTemporary makes a file in a directory, with a name that no other run has: not even
// one in another container, where numbers of processes are the same.
func createTemporary(dir string, mode os.FileMode) (*os.File, error) {
	for {
		name := filepath.Join(dir, fmt.Sprintf(".weir-%08x", rand.Uint32()))
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
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
