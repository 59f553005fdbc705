// Page packs the libraries of the page that weir writes for browsers, with their licenses, from
// where npm has installed the versions of package.json:
//
//	npm install --prefix DIR --ignore-scripts    # DIR has a copy of package.json
//	go -C tools run ./page DIR                   # writes render/page/vendor
//	go -C tools run ./page -check DIR            # the exit code is 1 if that is out of date
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const vendor = "../render/page/vendor"

// libraries are packed in this order. Each is a script without imports.
var libraries = []struct {
	name, script string
	licenses     []string
}{
	{"@dagrejs/dagre", "dist/dagre.min.js", []string{"LICENSE", "dist/dagre.min.js.LEGAL.txt"}},
}

func main() {
	check := flag.Bool("check", false, "only check that the files are up to date")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: page [-check] DIR")
		os.Exit(2)
	}
	stale, err := run(flag.Arg(0), *check)
	if err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(2)
	}
	if stale {
		fmt.Fprintln(os.Stderr, "render/page/vendor is out of date: run go -C tools run ./page DIR")
		os.Exit(1)
	}
}

// run writes the files, or compares them.
func run(dir string, check bool) (stale bool, err error) {
	var scripts bytes.Buffer
	for _, l := range libraries {
		from := filepath.Join(dir, "node_modules", l.name)
		script, err := os.ReadFile(filepath.Join(from, l.script))
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(string(script)) {
			if !strings.HasPrefix(line, "//# sourceMappingURL") { // the map is not in the page
				scripts.WriteString(strings.TrimRight(line, "\r\n") + "\n")
			}
		}
		var terms [][]byte
		for _, name := range l.licenses {
			text, err := os.ReadFile(filepath.Join(from, name))
			if err != nil {
				return false, err
			}
			terms = append(terms, bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
		}
		name := filepath.Join(vendor, filepath.Base(l.name), "LICENSE")
		other, err := put(name, append(bytes.Join(terms, []byte("\n\n")), '\n'), check)
		if err != nil {
			return false, err
		}
		stale = stale || other
	}
	// What is packed is compared, since compressed bytes differ from one version of Go to the next.
	name := filepath.Join(vendor, "libraries.js.gz")
	if check {
		old, err := unpack(name)
		return stale || !bytes.Equal(old, scripts.Bytes()), err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return false, err
	}
	if _, err := z.Write(scripts.Bytes()); err != nil {
		return false, err
	}
	if err := z.Close(); err != nil {
		return false, err
	}
	return false, os.WriteFile(name, packed.Bytes(), 0o666)
}

// put writes a file, or reports whether it is different.
func put(name string, text []byte, check bool) (different bool, err error) {
	if check {
		old, err := os.ReadFile(name)
		return !bytes.Equal(old, text), err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return false, err
	}
	return false, os.WriteFile(name, text, 0o666)
}

func unpack(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
