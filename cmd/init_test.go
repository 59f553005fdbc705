package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var suggestion = regexp.MustCompile(`(?m)^#(\S|  )`)

// A draft is valid as it is written and without its "#", and excuses all errors then.
func TestDraftsAreValid(t *testing.T) {
	estates, err := filepath.Abs("../testdata/estates")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(estates)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			t.Chdir(t.TempDir())
			const source = "deploy"
			if err := os.CopyFS(source, os.DirFS(filepath.Join(estates, entry.Name()))); err != nil {
				t.Fatal(err)
			}
			main := func(args ...string) (string, int) {
				var out, messages bytes.Buffer
				code := Main(args, strings.NewReader(""), &out, &messages)
				return out.String() + messages.String(), code
			}
			draft, code := main("init", "--print", "--quiet", source)
			if code == exitMisuse {
				t.Fatal(draft)
			}
			draft, _, _ = strings.Cut(draft, "\nweir:")
			_, plain := main("check", source)
			for _, tt := range []struct {
				what, text string
				want       int
			}{
				{"as written", draft, plain},
				{"without #", suggestion.ReplaceAllString(draft, "$1"), min(plain, exitClean)},
			} {
				if err := os.WriteFile(configName, []byte(tt.text), 0o666); err != nil {
					t.Fatal(err)
				}
				out, code := main("check")
				if plain == exitUnread {
					tt.want = plain
				}
				if code != tt.want {
					t.Errorf("%s: exit code %d, want %d:\n%s\n%s", tt.what, code, tt.want, tt.text, out)
				}
			}
		})
	}
}
