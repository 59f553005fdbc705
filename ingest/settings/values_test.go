package settings_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/readertest"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/testlong"
)

// TestConfigValues reads the files of every archive in testdata/configfile and
// compares the settings found with the file "want".
func TestConfigValues(t *testing.T) {
	for _, file := range configArchives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			want := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			for _, in := range archive.Files[:want] {
				at := graph.Source{File: in.Name}.At(1, 1)
				for _, v := range settings.Values(in.Name, string(in.Data), at) {
					fmt.Fprintf(&got, "%s %s = %s\n", v.Origin, v.Key, v.Text)
				}
			}
			if got.String() == string(archive.Files[want].Data) {
				return
			}
			if !*readertest.Update {
				t.Fatalf("settings of %s differ (-want +got; -update writes them):\n%s",
					file, cmp.Diff(readertest.Lines(string(archive.Files[want].Data)), readertest.Lines(got.String())))
			}
			archive.Files[want].Data = got.Bytes()
			if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func configArchives(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/configfile/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples of configuration files (%v)", err)
	}
	return files
}

// A configuration inside another document has the lines of that document, and
// no columns, because its indentation is not known.
func TestConfigValuesInsideDocument(t *testing.T) {
	at := graph.Source{File: "configmap.yaml"}.At(10, 15)
	got := settings.Values("app.yaml", "a: 1\n---\nurl: http://cart:80\n", at)
	if len(got) != 1 || got[0].Origin.String() != "configmap.yaml:12" || got[0].Source != graph.FromFile {
		t.Errorf("values = %+v, want one of the file at configmap.yaml:12", got)
	}
}

func FuzzConfigValues(f *testing.F) {
	for _, file := range configArchives(f) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range archive.Files {
			f.Add(in.Name, string(in.Data))
		}
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		lines := int32(strings.Count(text, "\n") + 1)
		for _, v := range settings.Values(name, text, graph.Source{File: "f"}.At(1, 1)) {
			if v.Text == "" || v.Origin.Line < 1 || v.Origin.Line > lines {
				t.Errorf("value %q = %q at %s of %d lines", v.Key, v.Text, v.Origin, lines)
			}
		}
	})
}

// Hostile files cost time in proportion to their size.
func TestConfigValuesBounded(t *testing.T) {
	repeat := func(piece string) string {
		return strings.Repeat(piece, settings.MaxConfig/testlong.N(8, 1)/len(piece)-40)
	}
	for name, text := range map[string]string{
		"urls.txt":          repeat("u=http://a:80 "),
		"quotes.toml":       "[a]\nx = [" + repeat(`"a:1",`),
		"open.env":          repeat("A=\"x\n"),
		"continued.ini":     "[a]\n" + repeat("a=b\\\n"),
		"app.properties":    repeat("a=b\\\n"),
		"hosts.yaml":        "{" + repeat("a host: b, ") + "}",
		"nginx.conf":        "set $a $a$a$a$a$a;" + repeat("proxy_pass http://$a;\n"),
		"application.yml":   "a: '" + strings.Repeat("${b}", 9000) + "'\nb: '" + strings.Repeat("${c}", 9000) + "'\nc: '" + strings.Repeat("${d:}", 9000) + "'\n",
		"braces.properties": "spring.a=" + repeat("${"),
		"Caddyfile":         repeat("reverse_proxy a:1\n"),
		"haproxy.cfg":       "backend a\n" + repeat(" server a b:1\n"),
		"fluent.conf":       repeat("<match a>\n"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			settings.Values(name, text, graph.Source{File: name}.At(1, 1))
			// What grows with the square takes hours; the rest is for a busy machine.
			if took := time.Since(start); took > time.Minute {
				t.Errorf("%d bytes took %v", len(text), took)
			}
		})
	}
}
