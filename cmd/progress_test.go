package cmd

import (
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		after []time.Duration // when a file is read
		want  string          // carriage returns as >, the erasing of a line's rest as |
	}{
		{"a short read says nothing", []time.Duration{0, 900 * time.Millisecond}, ""},
		{"a long one tells and tidies up", []time.Duration{time.Second}, ">weir: read 1 of 9 files|>|"},
		{"but not at every file", []time.Duration{
			time.Second, time.Second + 50*time.Millisecond, time.Second + 100*time.Millisecond,
		}, ">weir: read 1 of 9 files|>weir: read 3 of 9 files|>|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			p := progress{w: &out, start: start}
			for i, after := range tt.after {
				p.tellAt(start.Add(after), i+1, 9)
			}
			p.end()
			got := strings.NewReplacer("\r", ">", "\x1b[K", "|").Replace(out.String())
			if got != tt.want {
				t.Errorf("told %q, want %q", got, tt.want)
			}
		})
	}
}
