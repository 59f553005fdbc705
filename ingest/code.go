package ingest

import (
	"context"
	"io/fs"
	"strings"

	"github.com/weirgraph/weir/ingest/source"
)

// isCode reports whether a file in a directory is source code that is read.
func (f *finder) isCode(e fs.DirEntry, dir directory) bool {
	if !f.code || dir.noCode {
		return false
	}
	if base := strings.ToLower(e.Name()); !source.IsSource(base) && !source.IsProject(base) {
		return false
	}
	info, err := e.Info()
	return err == nil && info.Size() <= source.MaxFile
}

// readCode reads source code, when everything else is read.
func (w *work) readCode(ctx context.Context, files []file) {
	o := w.o
	o.Progress, o.Readers = nil, source.Readers
	code := newWork(ctx, o, files, w.seen, w.coverage)
	code.code, code.cancel = true, w.cancel
	code.run()
}
