package cmd

import (
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/ingest"
)

func TestProgress(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		after []time.Duration // when a file is read
		want  string          // carriage returns as >, the erasing of a line's rest as |
	}{
		{"a short read says nothing", []time.Duration{0, 900 * time.Millisecond}, ""},
		{"a long one tells and tidies up", []time.Duration{time.Second}, ">weir: read 1 of 9 files, 1.0 MB, 1.0 MB/s|>|"},
		{"but not at every file", []time.Duration{
			time.Second, time.Second + 50*time.Millisecond, 2 * time.Second,
		}, ">weir: read 1 of 9 files, 1.0 MB, 1.0 MB/s|>weir: read 3 of 9 files, 3.0 MB, 1.5 MB/s|>|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			p := progress{w: &out, start: start}
			for i, after := range tt.after {
				p.showAt(start.Add(after), ingest.Progress{Files: i + 1, FilesFound: 9, Bytes: int64(i+1) * 1e6})
			}
			p.end()
			got := strings.NewReplacer("\r", ">", "\x1b[K", "|").Replace(out.String())
			if got != tt.want {
				t.Errorf("told %q, want %q", got, tt.want)
			}
		})
	}
}

func TestProgressText(t *testing.T) {
	for _, tt := range []struct {
		at   ingest.Progress
		want string
	}{
		{ingest.Progress{FilesFound: 1, Bytes: 200e6, Size: 700e6, Spans: 300_000}, "read 200 MB of 700 MB, 300000 spans, 100 MB/s, 5s left"},
		{ingest.Progress{FilesFound: 1, Bytes: 200e6, Spans: 1}, "read 200 MB, 1 span, 100 MB/s"},
		{ingest.Progress{FilesFound: 1, Bytes: 700e6, Size: 700e6, Spans: 7}, "read 700 MB of 700 MB, 7 spans, 350 MB/s, 0s left"},
		{ingest.Progress{FilesFound: 1, Bytes: 710e6, Size: 700e6}, "read 710 MB of 700 MB, 355 MB/s, 0s left"}, // it grows while it is read
		{ingest.Progress{FilesFound: 3, Size: 1e9}, "read 0 of 3 files, 0.0 MB of 1000 MB, 0.0 MB/s"},
		{ingest.Progress{FilesFound: 1, Bytes: 1e6, Size: 1e9}, "read 1.0 MB of 1000 MB, 0.5 MB/s, 33m18s left"},
		{ingest.Progress{FilesFound: 1, Spans: 12, Linking: true}, "linking 12 spans"},
	} {
		if got := progressText(2*time.Second, tt.at); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.at, got, tt.want)
		}
	}
}
