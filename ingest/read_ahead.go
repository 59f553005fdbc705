package ingest

import "io"

// A readAhead fills buffers in a goroutine of its own, before Read is called, so that a
// file is unpacked and parsed at the same time.
type readAhead struct {
	full, free chan []byte
	stop       chan struct{}
	err        error  // of the end, set before full is closed
	buf        []byte // what Read returns from
	rest       []byte // of buf
}

// A readAhead is at most so many buffers of this size ahead of Read.
const (
	aheadBuffers = 4
	aheadSize    = 128 << 10
)

// newReadAhead reads from in, and calls done when it no longer needs in.
func newReadAhead(in io.Reader, done func()) *readAhead {
	a := &readAhead{full: make(chan []byte, aheadBuffers), free: make(chan []byte, aheadBuffers), stop: make(chan struct{})}
	for range aheadBuffers {
		a.free <- make([]byte, aheadSize)
	}
	go func() {
		defer done()
		defer close(a.full)
		a.run(in)
	}()
	return a
}

func (a *readAhead) run(in io.Reader) {
	for a.err == nil {
		select {
		case <-a.stop:
			a.err = io.ErrClosedPipe
		case b := <-a.free:
			n := 0
			for n < len(b) && a.err == nil {
				var more int
				more, a.err = in.Read(b[n:])
				n += more
			}
			a.full <- b[:n]
		}
	}
}

// Read returns what was read ahead, and the error of the end after it.
func (a *readAhead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.buf != nil {
			a.free <- a.buf[:cap(a.buf)]
			a.buf = nil
		}
		b, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.buf, a.rest = b, b
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the reading ahead, maybe later. Read must not be called after it.
func (a *readAhead) Close() { close(a.stop) }
