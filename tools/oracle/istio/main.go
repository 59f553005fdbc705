// Command istio asks Istio's own control plane what it makes of a directory of YAML: which
// timeout, retries, outlier detection and limits act on each call, and which objects it
// refuses. It prints sorted lines of JSON:
//
//	go -C tools/oracle/istio run . DIRECTORY
//	go -C tools/oracle/istio run . -record testdata/oracle/istio/*.txtar
//
// With -record the answer is written to the file answer.jsonl of each archive, whose other
// files are the input. It is a module of its own, so that weir does not depend on Istio;
// building it takes some ten minutes.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/log"
)

// answerFile is the file of an archive that holds the answer.
const answerFile = "answer.jsonl"

func main() {
	record := flag.Bool("record", false, "write the answer into the archives that are named")
	flag.Parse()
	options := log.DefaultOptions()
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
	if err := log.Configure(options); err != nil {
		fail(err)
	}
	features.EnableAmbient = true
	for _, path := range flag.Args() {
		if !*record {
			text, err := directory(path)
			if err != nil {
				fail(fmt.Errorf("%s: %w", path, err))
			}
			lines, err := ask(text)
			if err != nil {
				fail(fmt.Errorf("%s: %w", path, err))
			}
			os.Stdout.WriteString(lines)
			continue
		}
		if err := recordArchive(path); err != nil {
			fail(fmt.Errorf("%s: %w", path, err))
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "istio:", err)
	os.Exit(1)
}

// recordArchive writes the answer to the input in an archive into it.
func recordArchive(path string) error {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return err
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == answerFile })
	var texts []string
	for _, f := range archive.Files {
		texts = append(texts, string(f.Data))
	}
	lines, err := ask(strings.Join(texts, "\n---\n"))
	if err != nil {
		return err
	}
	archive.Files = append(archive.Files, txtar.File{Name: answerFile, Data: []byte(lines)})
	return os.WriteFile(path, txtar.Format(archive), 0o666)
}

// directory returns the YAML in a directory, or a file, as one stream.
func directory(path string) (string, error) {
	var texts []string
	err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		texts = append(texts, string(data))
		return err
	})
	return strings.Join(texts, "\n---\n"), err
}

// version is that of the module that is asked.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "istio.io/istio" {
			return m.Version
		}
	}
	return "unknown"
}
