package ingest

import (
	"io"
	"os"
	"sync/atomic"
)

// A progress knows how far reading has got.
type progress struct {
	bytes atomic.Int64 // that were read
	size  atomic.Int64 // of all files, 0 if it is not known
	spans int          // guarded by the mutex of the work
}

// measure adds up the sizes of the files. It takes as long as it takes, beside the
// reading.
func (m *progress) measure(files []file, stdin io.Reader) {
	var sum int64
	for _, f := range files {
		if f.given != nil {
			sum += int64(len(f.given.Text))
			continue
		}
		info, err := statSource(f, stdin)
		if err != nil || !info.Mode().IsRegular() {
			return // a pipe has no size
		}
		sum += info.Size()
	}
	m.size.Store(sum)
}

func statSource(f file, stdin io.Reader) (os.FileInfo, error) {
	if f.path != "" {
		return os.Stat(f.path)
	}
	if in, ok := stdin.(*os.File); ok {
		return in.Stat()
	}
	return nil, os.ErrInvalid
}

// report calls Options.Progress, if set. The caller holds the mutex of the work.
func (w *work) report(linking bool) {
	if w.o.Progress != nil {
		w.o.Progress(Progress{
			Files: w.done, FilesFound: len(w.files),
			Bytes: w.progress.bytes.Load(), Size: w.progress.size.Load(),
			Spans: w.progress.spans, Linking: linking,
		})
	}
}

// metered counts what is read of a file, and ends with the work.
type metered struct {
	in io.Reader
	w  *work
}

func (m *metered) Read(p []byte) (int, error) {
	if err := m.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.w.progress.bytes.Add(int64(n))
	return n, err
}
