// Package vary writes inputs for the oracles: small systems that differ. The same arguments give
// the same files.
package vary

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Kind of system.
type Kind struct {
	Name  string
	Write func(s *System)
}

// Main writes as many archives as the arguments of the program say into the directory that they
// name, of each kind in turn.
func Main(kinds []Kind) {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate DIRECTORY COUNT")
		os.Exit(2)
	}
	count, err := strconv.Atoi(os.Args[2])
	for i := 0; err == nil && i < count; i++ {
		s := &System{rand: rand.New(rand.NewPCG(uint64(i), 1)), files: []file{{name: "input.yaml"}}}
		kind := kinds[i%len(kinds)]
		kind.Write(s)
		name := fmt.Sprintf("%s-%03d.txtar", kind.Name, i/len(kinds))
		text := ""
		for _, f := range s.files {
			if len(f.documents) > 0 {
				text += "-- " + f.name + " --\n" + strings.Join(f.documents, "---\n")
			}
		}
		err = os.WriteFile(filepath.Join(os.Args[1], name), []byte(text), 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// A System is an input while it is written.
type System struct {
	rand  *rand.Rand
	files []file
}

type file struct {
	name      string
	documents []string
}

// File begins a file; what comes before is in input.yaml.
func (s *System) File(name string) { s.files = append(s.files, file{name: name}) }

// Add adds a document.
func (s *System) Add(format string, args ...any) {
	last := &s.files[len(s.files)-1]
	last.documents = append(last.documents, strings.TrimLeft(fmt.Sprintf(format, args...), "\n"))
}

// One is one of some words.
func (s *System) One(words ...string) string { return words[s.rand.IntN(len(words))] }

// IntN is a number from 0 to n-1.
func (s *System) IntN(n int) int { return s.rand.IntN(n) }

// Chance is true in so many of a hundred systems.
func (s *System) Chance(percent int) bool { return s.rand.IntN(100) < percent }

// Seconds is a duration up to so many seconds.
func (s *System) Seconds(most int) string { return strconv.Itoa(1+s.rand.IntN(most)) + "s" }

// Some joins those fields that chance takes, with a comma between them.
func (s *System) Some(percent int, fields ...string) string {
	var some []string
	for _, f := range fields {
		if s.Chance(percent) {
			some = append(some, f)
		}
	}
	return strings.Join(some, ", ")
}

// Program adds a Deployment that calls URLs, and Service a Service for one of its name.
func (s *System) Program(namespace, name, metadata string, urls ...string) {
	var env []string
	for i, u := range urls {
		env = append(env, fmt.Sprintf("{name: URL_%d, value: %q}", i, "http://"+u))
	}
	s.Add(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %s, namespace: %s}
spec:
  selector: {matchLabels: {app: %s}}
  template:
    metadata: {%s}
    spec: {containers: [{name: c, image: x, env: [%s]}]}
`, name, namespace, name, metadata, strings.Join(env, ", "))
}

// Service adds a Service with the ports 80 and 8080.
func (s *System) Service(namespace, name, labels string) {
	s.Add(`apiVersion: v1
kind: Service
metadata: {name: %s, namespace: %s%s}
spec: {selector: {app: %s}, ports: [{name: http, port: 80}, {name: http-alt, port: 8080}]}
`, name, namespace, labels, name)
}
