package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// grace is how long a run that is interrupted may take to end by itself: the programs that it
// started end, and its temporary files are removed.
const grace = 2 * time.Second

// An interruption is the signal that ends a run, if one does.
type interruption struct {
	signal atomic.Int32 // 0 if there is none
	left   leftovers
}

// code returns the exit code of a run that is interrupted, as a shell would name it: 130 for
// SIGINT; 0 if it is not.
func (i *interruption) code() int {
	if n := i.signal.Load(); n != 0 {
		return 128 + int(n)
	}
	return exitClean
}

// handleSignals ends the context on SIGINT and SIGTERM, so that a run ends without leaving
// anything behind; one that does not end in time, or is interrupted again, is ended here. A
// closed pipe is an error of writing instead of the end of the process. done undoes all.
func handleSignals(err io.Writer) (ctx context.Context, i *interruption, done func()) {
	i = &interruption{}
	ctx, cancel := context.WithCancel(context.Background())
	pipes := make(chan os.Signal, 1) // not signal.Ignore: programs that are started would inherit it
	signal.Notify(pipes, syscall.SIGPIPE)
	ends := make(chan os.Signal, 2)
	signal.Notify(ends, os.Interrupt, syscall.SIGTERM)
	over := make(chan struct{})
	go func() {
		select {
		case got := <-ends:
			if n, ok := got.(syscall.Signal); ok {
				i.signal.Store(int32(n))
			}
			cancel()
		case <-over:
			return
		}
		select {
		case <-ends:
		case <-time.After(grace):
		case <-over:
			return
		}
		i.left.removeAll()
		fmt.Fprintln(err, "weir: interrupted")
		os.Exit(i.code())
	}()
	return ctx, i, func() {
		signal.Stop(pipes)
		signal.Stop(ends)
		close(over)
		cancel()
	}
}

// leftovers are the temporary files and directories of a run.
type leftovers struct {
	mu    sync.Mutex
	files map[string]bool
}

// remove notes a temporary file and returns what removes it, if it is still there.
func (l *leftovers) remove(file string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files == nil {
		l.files = map[string]bool{}
	}
	l.files[file] = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		os.RemoveAll(file)
		delete(l.files, file)
	}
}

func (l *leftovers) removeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for file := range l.files {
		os.RemoveAll(file)
	}
}
