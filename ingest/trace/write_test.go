package trace

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var (
	writeTo    = flag.String("write-to", "", "write generated spans in every format into this `directory`")
	writeSpans = flag.Int("write-spans", 1_000_000, "how many `spans` to write")
)

// TestWrite writes the spans that the benchmarks read into files, for measuring
// the whole of weir, and for other programs to be measured on the same bytes:
//
//	go test ./ingest/trace -run TestWrite -write-to /tmp/spans -write-spans 1000000
func TestWrite(t *testing.T) {
	if *writeTo == "" {
		t.Skip("no directory is given by -write-to")
	}
	spans := generate(*writeSpans)
	for _, f := range written {
		t.Run(f.reader.Name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(*writeTo, f.file), f.write(spans), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}
