//go:build unix

package cmd

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestConfigurationIsAFile has a weir.yaml that would never end.
func TestConfigurationIsAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.yaml", []byte("services: [{name: a}]\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func() error{
		"a pipe":    func() error { return syscall.Mkfifo("weir.yaml", 0o666) },
		"/dev/zero": func() error { return os.Symlink("/dev/zero", "weir.yaml") },
	} {
		if err := make(); err != nil {
			t.Skip("this system has none:", err)
		}
		var out, err bytes.Buffer
		if code := Main([]string{"check", "a.yaml"}, strings.NewReader(""), &out, &err); code != exitMisuse || !strings.Contains(err.String(), "is not a regular file") {
			t.Errorf("%s: exit code %d, %s", name, code, &err)
		}
		os.Remove("weir.yaml")
	}
}
