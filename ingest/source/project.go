package source

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Readers read the files of source code, and those that say which program code belongs to.
var Readers = []*document.Reader{Projects, Reader}

// Projects reads the files that programs are built by.
var Projects = &document.Reader{
	Name:  "source-project",
	Doc:   "names of the programs that directories of source code belong to",
	Reads: []string{"package.json", "pom.xml", "*.csproj", "go.mod", "Dockerfile"},
	Match: func(h *document.Head) bool { return h.Text && IsProject(h.Base) },
	Read: func(d *document.Document, f *graph.Facts) {
		for _, p := range projects {
			if p.is(d.Head.Base) {
				p.read(d, f)
			}
		}
	},
}

// A project is a kind of file that programs are built by.
type project struct {
	is   func(base string) bool // in lower case
	read func(*document.Document, *graph.Facts)
}

var projects = []project{
	{func(base string) bool { return base == "package.json" }, readPackage},
	{func(base string) bool { return base == "pom.xml" }, readMaven},
	{func(base string) bool { return base == "go.mod" }, readModule},
	{func(base string) bool { return path.Ext(base) == ".csproj" || path.Ext(base) == ".fsproj" }, readDotnet},
	{isDockerfile, readDockerfile},
	{isApplication, readApplication},
}

// IsProject reports whether a file says which program the code in its directory is of, by its name in lower case.
func IsProject(base string) bool {
	return slices.ContainsFunc(projects, func(p project) bool { return p.is(base) })
}

func directoryOf(d *document.Document, name string, reason graph.DirectoryReason) graph.CodeDirectory {
	return graph.CodeDirectory{Dir: path.Dir(path.Clean(d.File)), Name: name, Reason: reason, Origin: d.Line(1, 1)}
}

// pages are libraries for pages in browsers, servers those of programs that answer requests or send them.
var (
	pages   = strings.Fields("react react-dom vue @angular/core svelte preact solid-js ember-source backbone jquery react-scripts")
	servers = strings.Fields("express fastify koa next nuxt @nestjs/core @hapi/hapi hapi restify @remix-run/node @sveltejs/kit http-proxy-middleware @grpc/grpc-js grpc kafkajs amqplib connect moleculer seneca apollo-server @apollo/server graphql-yoga polka micro")
)

// readPackage reads the name of a package of Node, and whether it is one of pages.
func readPackage(d *document.Document, f *graph.Facts) {
	var p struct {
		Name            string
		Dependencies    map[string]any
		DevDependencies map[string]any
	}
	if json.Unmarshal(d.Text, &p) != nil {
		return
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return p.Dependencies[name] != nil || p.DevDependencies[name] != nil })
	}
	dir := directoryOf(d, path.Base(p.Name), graph.DirectoryPackage)
	dir.Browser = has(pages) && !has(servers)
	f.CodeDirectories = append(f.CodeDirectories, dir)
}

// readMaven reads the artifact of a module of Maven: the one that is not of its parent, a dependency or a plugin.
func readMaven(d *document.Document, f *graph.Facts) {
	text := d.Text
	for _, block := range []string{"parent", "dependencies", "dependencyManagement", "build", "profiles"} {
		open, close := bytes.Index(text, []byte("<"+block+">")), bytes.Index(text, []byte("</"+block+">"))
		if open >= 0 && close > open {
			text = slices.Concat(text[:open], text[close:])
		}
	}
	_, rest, ok := bytes.Cut(text, []byte("<artifactId>"))
	name, _, closed := bytes.Cut(rest, []byte("</artifactId>"))
	if ok && closed && len(name) < 100 {
		f.CodeDirectories = append(f.CodeDirectories, directoryOf(d, strings.TrimSpace(string(name)), graph.DirectoryPackage))
	}
}

// readModule reads the name of a module of Go.
func readModule(d *document.Document, f *graph.Facts) {
	for line := range bytes.Lines(d.Text) {
		if name, ok := bytes.CutPrefix(line, []byte("module ")); ok {
			f.CodeDirectories = append(f.CodeDirectories, directoryOf(d, path.Base(strings.TrimSpace(string(name))), graph.DirectoryPackage))
			return
		}
	}
}

// readDotnet reads the name of a project of .NET, which is that of its file.
func readDotnet(d *document.Document, f *graph.Facts) {
	name := strings.TrimSuffix(path.Base(d.File), path.Ext(d.File))
	browser := bytes.Contains(d.Text, []byte("Microsoft.NET.Sdk.BlazorWebAssembly"))
	dir := directoryOf(d, name, graph.DirectoryPackage)
	dir.Browser = browser
	f.CodeDirectories = append(f.CodeDirectories, dir)
}

// isApplication reports whether a file has the settings of a program of Spring, Micronaut or Quarkus.
func isApplication(base string) bool {
	switch base {
	case "application.yml", "application.yaml", "application.properties", "bootstrap.yml", "bootstrap.yaml", "bootstrap.properties":
		return true
	}
	return false
}

// readApplication reads the name that a program has for itself in its settings, "micronaut.application.name".
func readApplication(d *document.Document, f *graph.Facts) {
	name, properties := "", strings.HasSuffix(d.Head.Base, ".properties")
	var keys []string // the open ones, by depth
	var depths []int
	for line := range strings.Lines(string(d.Text)) {
		line = strings.TrimRight(line, " \t\r\n")
		rest := strings.TrimLeft(line, " ")
		key, value, ok := strings.Cut(rest, ":")
		if properties {
			key, value, ok = strings.Cut(rest, "=")
		}
		if key = strings.TrimSpace(key); !ok || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "-") {
			continue
		}
		depth := len(line) - len(rest)
		for len(depths) > 0 && depths[len(depths)-1] >= depth {
			keys, depths = keys[:len(keys)-1], depths[:len(depths)-1]
		}
		keys, depths = append(keys, key), append(depths, depth)
		if value = strings.Trim(strings.TrimSpace(value), `"'`); value == "" || strings.ContainsAny(value, "${@") {
			continue
		}
		switch full := strings.Join(keys, "."); full {
		case "spring.application.name", "micronaut.application.name", "quarkus.application.name":
			name = value
		}
	}
	if name == "" {
		return
	}
	dir := directoryOf(d, name, graph.DirectoryApplication)
	if module, _, ok := strings.Cut(dir.Dir+"/", "src/main/resources/"); ok {
		dir.Dir = path.Clean(module)
	}
	f.CodeDirectories = append(f.CodeDirectories, dir)
}
