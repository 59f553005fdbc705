package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/weirgraph/weir/internal/english"
)

// Editors and checkouts write many files, and each in steps: the estate is read when no file has
// changed for a while, but not later than mostDelay after the first.
const (
	quiet     = 100 * time.Millisecond
	mostDelay = time.Second
)

// Watch reads the estate again whenever what it is read from changes, until ctx ends. Warn is called
// with what of the changes cannot be seen.
func (s *Server) Watch(ctx context.Context, from Found, warn func(message string)) error {
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer files.Close()
	w := &watch{watcher: files, dirs: map[string]bool{}}
	w.follow(from, warn)
	timer := time.NewTimer(0)
	if !timer.Stop() {
		<-timer.C
	}
	var first time.Time // of the changes that are not read yet
	again := func() {
		if first.IsZero() {
			first = time.Now()
		}
		timer.Reset(min(quiet, max(0, time.Until(first.Add(mostDelay)))))
	}
	again() // for what has changed since the estate was read
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-files.Events:
			if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
				delete(w.dirs, e.Name) // a directory that comes again is watched anew
			}
			if ok && w.concerns(e) {
				again()
			}
		case err, ok := <-files.Errors:
			if ok {
				warn("watching files: " + err.Error())
				again() // events may be lost
			}
		case <-timer.C:
			first = time.Time{}
			if e := s.Reload(ctx); e != nil && w.follow(e.Found, warn) {
				again() // what came into a new directory before it was watched
			}
		}
	}
}

// A watch is what is watched: directories, for what comes and goes in them.
type watch struct {
	watcher *fsnotify.Watcher
	found   map[string]bool // the files, and the directories of which every file counts
	dirs    map[string]bool // that are watched
	failed  bool            // the user knows that not all are
}

// follow watches what an estate is read from, and nothing else. It reports whether a directory is new.
func (w *watch) follow(from Found, warn func(string)) (more bool) {
	w.found = map[string]bool{}
	dirs := map[string]bool{}
	for _, dir := range from.Dirs {
		w.found[dir], dirs[dir] = true, true
	}
	for _, file := range from.Files {
		w.found[file], dirs[filepath.Dir(file)] = true, true
	}
	for dir := range w.dirs {
		if !dirs[dir] {
			_ = w.watcher.Remove(dir) // it may be gone
			delete(w.dirs, dir)
		}
	}
	failed := 0
	var reason error
	for dir := range dirs {
		switch err := w.watcher.Add(dir); {
		case errors.Is(err, fs.ErrNotExist): // it is gone since, which is a change of the directory above
			delete(w.dirs, dir)
			continue
		case err != nil:
			failed, reason = failed+1, err
			continue
		}
		more = more || !w.dirs[dir]
		w.dirs[dir] = true
	}
	if failed > 0 && !w.failed {
		warn(fmt.Sprintf("changes in %s are not seen: %v", english.Count(failed, "directory"), reason))
	}
	w.failed = failed > 0
	return more
}

// concerns reports whether an event is about what the estate is read from.
func (w *watch) concerns(e fsnotify.Event) bool {
	return e.Op != fsnotify.Chmod && (w.found[e.Name] || w.found[filepath.Dir(e.Name)])
}
