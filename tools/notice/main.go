// Notice writes NOTICE and THIRD-PARTY-LICENSES of the binaries weir and weir-mcp, those of weir-mcp
// into its module, for all systems that they are built for:
//
//	go -C tools run ./notice         # writes them
//	go -C tools run ./notice -check  # the exit code is 1 if they are out of date
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const root = ".."

// systems are those that weir is built for.
var systems = []string{"linux", "darwin", "windows"}

// binaries are what is published, each with the directory of its module.
var binaries = []struct{ name, dir, pack string }{
	{"weir", root, "."},
	{"weir-mcp", filepath.Join(root, "mcp"), "./weir-mcp"},
}

// own is the module of this repository: its license is LICENSE.
const own = "github.com/weirgraph/weir"

// A module is a part of a binary.
type module struct{ path, version, dir string }

func main() {
	onlyCheck := flag.Bool("check", false, "only check that the files are up to date")
	flag.Parse()
	stale := false
	for _, b := range binaries {
		modules, err := list(b.dir, b.pack)
		if err != nil {
			fatal(err)
		}
		notice, licenses, err := write(b.name, modules)
		if err != nil {
			fatal(err)
		}
		for name, text := range map[string][]byte{"NOTICE": notice, "THIRD-PARTY-LICENSES": licenses} {
			name = filepath.Join(b.dir, name)
			if *onlyCheck {
				if old, err := os.ReadFile(name); err != nil || !bytes.Equal(old, text) {
					fmt.Fprintf(os.Stderr, "%s is out of date: run go -C tools run ./notice\n", strings.TrimPrefix(name, root+"/"))
					stale = true
				}
			} else if err := os.WriteFile(name, text, 0o666); err != nil {
				fatal(err)
			}
		}
	}
	if stale {
		os.Exit(1)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "notice:", err)
	os.Exit(2)
}

// list returns the modules with a package in the binary of any system, sorted.
func list(dir, pack string) ([]module, error) {
	var modules []module
	for _, system := range systems {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", pack)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("listing the packages for %s: %w", system, err)
		}
		for line := range strings.Lines(string(out)) {
			if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 && f[0] != own {
				modules = append(modules, module{f[0], f[1], f[2]})
			}
		}
	}
	scripts, err := page()
	if err != nil {
		return nil, err
	}
	modules = append(modules, scripts...)
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return slices.Compact(modules), nil
}

// page returns the libraries of the page for browsers.
func page() ([]module, error) {
	text, err := os.ReadFile("page/package.json")
	if err != nil {
		return nil, err
	}
	var p struct{ Dependencies map[string]string }
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading page/package.json: %w", err)
	}
	var modules []module
	for name, version := range p.Dependencies {
		modules = append(modules, module{"npm " + name, version, filepath.Join(root, "render/page/vendor", filepath.Base(name))})
	}
	return modules, nil
}

// write returns the texts of both files.
func write(binary string, modules []module) (notice, licenses []byte, err error) {
	var n, l bytes.Buffer
	n.WriteString(binary + "\n\nThe binary contains the Go standard library and the modules below. Their licenses are in\nTHIRD-PARTY-LICENSES. Both files are written by go -C tools run ./notice.\n\n")
	for _, m := range modules {
		fmt.Fprintf(&n, "%s %s\n", m.path, m.version)
	}
	standard, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, nil, err
	}
	all := append([]module{{"Go standard library", "", strings.TrimSpace(string(standard))}}, modules...)
	for _, m := range all {
		terms, err := texts(m.dir, "LICENSE", "LICENCE", "COPYING")
		if err != nil {
			return nil, nil, err
		}
		if len(terms) == 0 {
			return nil, nil, fmt.Errorf("%s has no license", m.path)
		}
		fmt.Fprintf(&l, "%s\n%s\n\n%s\n\n", strings.Repeat("=", 80), strings.TrimSpace(m.path+" "+m.version), bytes.Join(terms, []byte("\n\n")))
		notices, err := texts(m.dir, "NOTICE")
		if err != nil {
			return nil, nil, err
		}
		for _, text := range notices {
			fmt.Fprintf(&n, "\n%s\n%s:\n\n%s\n", strings.Repeat("-", 80), m.path, text)
		}
	}
	return n.Bytes(), l.Bytes(), nil
}

// texts returns the files of a directory whose names begin with one of the words, in the order of
// their names, without white space around them.
func texts(dir string, words ...string) ([][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for _, e := range entries {
		is := slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(strings.ToUpper(e.Name()), word) })
		if !is || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		found = append(found, bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
	}
	return found, nil
}
