package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/english"
)

// A progress shows on a terminal how much has been read, on one line that is removed
// when reading ends. It starts after a second and is updated at most ten times a second.
type progress struct {
	w            io.Writer
	start, shown time.Time
}

const (
	progressAfter = time.Second
	progressEvery = time.Second / 10
)

func (p *progress) show(at ingest.Progress) { p.showAt(time.Now(), at) }

func (p *progress) showAt(now time.Time, at ingest.Progress) {
	if now.Sub(p.start) < progressAfter || now.Sub(p.shown) < progressEvery && !at.Linking {
		return
	}
	p.shown = now
	fmt.Fprintf(p.w, "\rweir: %s\x1b[K", progressText(now.Sub(p.start), at))
}

// progressText has how much is read, the rate, and the remaining time at that rate.
func progressText(spent time.Duration, at ingest.Progress) string {
	if at.Linking {
		return "linking " + english.Count(at.Spans, "span")
	}
	var parts []string
	if at.FilesFound > 1 {
		parts = append(parts, fmt.Sprintf("%d of %d files", at.Files, at.FilesFound))
	}
	rate := float64(at.Bytes) / spent.Seconds()
	if at.Size > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s", megabytes(at.Bytes), megabytes(at.Size)))
	} else {
		parts = append(parts, megabytes(at.Bytes))
	}
	if at.Spans > 0 {
		parts = append(parts, english.Count(at.Spans, "span"))
	}
	parts = append(parts, megabytes(int64(rate))+"/s")
	if at.Size > 0 && rate > 0 {
		left := time.Duration(float64(max(0, at.Size-at.Bytes)) / rate * float64(time.Second))
		parts = append(parts, (left+time.Second-1).Truncate(time.Second).String()+" left")
	}
	return "read " + strings.Join(parts, ", ")
}

// megabytes writes a size; small ones with a decimal, so that progress is visible.
func megabytes(n int64) string {
	if n < 10e6 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d MB", n/1e6)
}

// end removes the line.
func (p *progress) end() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
