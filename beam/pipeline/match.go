package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/trace"
)

func init() {
	beam.RegisterDoFn(&matchFn{})
	beam.RegisterDoFn(&inspectFn{})
	register.Emitter1[string]()
	register.Emitter1[file]()
	register.Emitter1[document]()
	register.Emitter2[string, count]()
	register.Emitter2[string, problem]()
}

// matchFn finds the files of a pattern.
type matchFn struct{}

// Match returns the files of a pattern.
func Match(ctx context.Context, pattern string) ([]string, error) {
	system, err := filesystem.New(ctx, pattern)
	if err != nil {
		return nil, err
	}
	defer system.Close()
	return system.List(ctx, pattern)
}

func (fn *matchFn) ProcessElement(ctx context.Context, pattern string, yield func(string), fail func(string, problem)) error {
	paths, err := Match(ctx, pattern)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		fail(pattern, newProblem(graph.Problem{Origin: graph.Source{File: pattern}.Whole(), Message: "matches no file", Hint: "correct the pattern", Level: graph.Failed}))
	}
	for _, path := range paths {
		yield(path)
	}
	return nil
}

// A file is a file of spans.
type file struct {
	Path   string
	Reader string // the name of its trace.Reader
	Late   bool   // its format shows only when all of it is known
	Blocks int64  // in which it is read; 1 for a file that is read as a whole
}

// A document is a file that is not of spans, as it is stored: a graph that others aggregated, a table.
type document struct {
	Path string
	Text []byte
}

// maxDocument is how large a document is taken to the worker that writes the graph.
const maxDocument = 64 << 20

// blockSize is how many bytes of a file are claimed at once. Values that begin in a block belong to it.
const blockSize = 1 << 20

// inspectFn finds the formats of files.
type inspectFn struct{}

func (fn *inspectFn) ProcessElement(ctx context.Context, path string, yield func(file), keep func(document), counted func(string, count), fail func(string, problem)) error {
	err := inspect(ctx, path, yield, keep, counted)
	var read *readError
	if err == nil || errors.As(err, &read) {
		return err
	}
	message, hint := ingest.Reason(err)
	fail(path, newProblem(graph.Problem{Origin: graph.Source{File: path}.Whole(), Message: message, Hint: hint, Level: graph.Failed}))
	return nil
}

func inspect(ctx context.Context, path string, yield func(file), keep func(document), counted func(string, count)) error {
	system, err := filesystem.New(ctx, path)
	if err != nil {
		return err
	}
	defer system.Close()
	raw, err := system.OpenRead(ctx, path)
	if err != nil {
		return err
	}
	defer raw.Close()
	var stored bytes.Buffer // as long as it may be a document
	in := &source{in: io.TeeReader(raw, &limited{&stored, maxDocument + 1})}
	stream, err := ingest.OpenStream(in)
	if err != nil {
		return cmp.Or(in.failure(path), err)
	}
	defer stream.Close()
	f := file{Path: path, Blocks: 1}
	if stream.Reader != nil {
		f.Reader = stream.Reader.Name
		if _, seeks := raw.(io.Seeker); seeks && !stream.Packed() && stream.Reader.Lines(stream.Head()) {
			size, err := system.Size(ctx, path)
			if err != nil {
				return err
			}
			f.Blocks = max(1, (size+blockSize-1)/blockSize)
		}
		yield(f)
		return in.failure(path)
	}
	text, err := io.ReadAll(io.LimitReader(stream.Spans(false), maxDocument+1))
	switch {
	case in.failure(path) != nil:
		return in.failure(path)
	case len(text) > maxDocument:
		return fmt.Errorf("is no file of spans, and larger than %d MB", maxDocument>>20)
	case err == nil && len(text) > trace.HeadSize:
		if r := trace.Sniff(text); r != nil {
			f.Reader, f.Late = r.Name, true
			yield(f)
			return nil
		}
	}
	_, err = io.Copy(io.Discard, in)
	switch {
	case err != nil:
		return in.failure(path)
	case stored.Len() > maxDocument:
		return fmt.Errorf("is no file of spans, and larger than %d MB", maxDocument>>20)
	case stored.Len() == 0:
		counted(path, count{Files: 1})
		return nil
	}
	keep(document{path, stored.Bytes()})
	return nil
}

// limited is a buffer that takes so many bytes, and forgets more.
type limited struct {
	*bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.Buffer.Write(p[:n])
	return len(p), nil
}

// A source is a file, which knows whether it was its system that failed: then the engine tries again.
type source struct {
	in  io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if err != nil && err != io.EOF { // what packing finds out is no error of the system
		s.err = err
	}
	return n, err
}

func (s *source) failure(path string) error {
	if s.err == nil {
		return nil
	}
	return &readError{path, s.err}
}

// A readError is a file that its system could not read.
type readError struct {
	path string
	err  error
}

func (e *readError) Error() string {
	return fmt.Sprintf(Mark+"reading %s: %s", e.path, strings.TrimPrefix(e.err.Error(), "read "+e.path+": "))
}

func (e *readError) Unwrap() error { return e.err }
