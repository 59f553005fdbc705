package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// mostOfASentence is how long a message or a hint may be. Lists in it end with "and 12 more".
const mostOfASentence = 400

var (
	toldLine = regexp.MustCompile(`(?m)^\s*((?:weir|error|warning|info|hint): .*)$`)
	toldRule = regexp.MustCompile(`(?m)^(?:error|warning|info) \((?:certain|default|assumed)\) .*\n\t(.*)$`)
	toldJSON = regexp.MustCompile(`"(?:message|hint|text)": ?"((?:[^"\\]|\\.)*)"`)
)

// TestSentences holds that no message or hint in the expected outputs and documents is too
// long to be read.
func TestSentences(t *testing.T) {
	testlong.OneSize(t)
	for _, root := range []string{"testdata", "docs", "README.md"} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, pattern := range []*regexp.Regexp{toldLine, toldRule, toldJSON} {
				for _, m := range pattern.FindAllSubmatchIndex(text, -1) {
					if n := m[3] - m[2]; n > mostOfASentence {
						t.Errorf("%s:%d: %d characters, want %d or fewer: %s", name, 1+bytes.Count(text[:m[2]], []byte("\n")), n, mostOfASentence, text[m[2]:m[3]])
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
