package ingest_test

import (
	"os"
	"testing"
)

// TestMountedIsRead mounts one of two files of configuration: the other one is
// what no reader wants.
func TestMountedIsRead(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"compose.yaml": "services: {a: {image: x, volumes: ['./a.json:/etc/a.json']}, b: {image: x}}",
		"a.json":       `{"b_url": "http://b:80"}`,
		"z.json":       `{"b_url": "http://b:80"}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := read(t, ".").Coverage()
	if len(c.Read) != 1 || c.Read[0].Name != "compose" || c.Read[0].Count != 2 {
		t.Errorf("read %+v, want 2 documents for compose: its file and the one it mounts", c.Read)
	}
	if len(c.Skipped) != 1 || c.Skipped[0].Count != 1 || c.Skipped[0].First.File() != "z.json" {
		t.Errorf("skipped %+v, want only z.json", c.Skipped)
	}
}
