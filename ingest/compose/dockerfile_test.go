package compose

import (
	"strings"
	"testing"
)

func FuzzDockerCopies(f *testing.F) {
	f.Add("ARG C=a.conf\nFROM x AS base\nCOPY --chmod=1 $C \\\n /etc/a.conf\nFROM base\nADD [\"b\", \"/etc/\"]\n", "")
	f.Add("FROM a AS b\nFROM b AS a\nCOPY ${X:-y} z", "a")
	f.Add("COPY a b\nFROM", "x")
	f.Fuzz(func(t *testing.T, text, stage string) {
		copies := dockerCopies(text, stage, map[string]string{"X": "x.conf"})
		if len(copies) > maxCopies {
			t.Errorf("%d copies", len(copies))
		}
		for _, c := range copies {
			if c.target == "" || len(c.sources) == 0 || strings.Contains(strings.Join(c.sources, " "), "://") {
				t.Errorf("copy %+v", c)
			}
		}
	})
}
