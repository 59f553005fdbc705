//go:build unix

package render

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph/graphtest"
)

// TestSlowGraphviz has a program "dot" that does not end.
func TestSlowGraphviz(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "dot"), []byte("#!/bin/sh\nexec sleep 1000\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	defer func(limit time.Duration) { drawingTime = limit }(drawingTime)
	report := &analyze.Report{Graph: graphtest.Parse("a -> b")}

	drawingTime = 50 * time.Millisecond
	var slow *slowGraphviz
	if err := svg.Write(io.Discard, report, Options{}); !errors.As(err, &slow) {
		t.Errorf("error %v is no *SlowGraphviz", err)
	}
	drawingTime = time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := svg.Write(io.Discard, report, Options{Context: ctx}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v is not that of the context", err)
	}
}
