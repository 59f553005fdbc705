package cmd

import (
	"fmt"
	"io"
	"time"
)

// A progress tells on a terminal how far reading has got, on one line that is
// gone when reading ends. Nobody minds a second of silence, and nobody reads
// faster than ten lines a second.
type progress struct {
	w           io.Writer
	start, told time.Time
}

const (
	progressAfter = time.Second
	progressEvery = time.Second / 10
)

func (p *progress) tell(done, total int) { p.tellAt(time.Now(), done, total) }

func (p *progress) tellAt(now time.Time, done, total int) {
	if now.Sub(p.start) < progressAfter || now.Sub(p.told) < progressEvery {
		return
	}
	p.told = now
	fmt.Fprintf(p.w, "\rweir: read %d of %d files\x1b[K", done, total)
}

// end leaves the line as it was.
func (p *progress) end() {
	if !p.told.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
