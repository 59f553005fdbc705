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
	Doc:   "names of the programs that directories of source code belong to, and the client libraries that they are built with",
	Reads: []string{"package.json", "pom.xml", "*.csproj", "go.mod", "Cargo.toml", "pyproject.toml", "settings.gradle", "skaffold.yaml", "Dockerfile", "build.gradle", "requirements.txt", "Pipfile", "Gemfile", "composer.json"},
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
	{func(base string) bool { return base == "cargo.toml" }, readTable("package")},
	{func(base string) bool { return base == "pyproject.toml" }, readTable("project", "tool.poetry")},
	{func(base string) bool { return base == "settings.gradle" || base == "settings.gradle.kts" }, readGradle},
	{func(base string) bool { return path.Ext(base) == ".csproj" || path.Ext(base) == ".fsproj" }, readDotnet},
	{isDockerfile, readDockerfile},
	{isApplication, readApplication},
	{func(base string) bool { return base == "skaffold.yaml" || base == "skaffold.yml" }, readSkaffold},
	{isDependencies, readDependencies},
}

// IsProject reports whether a file says which program the code in its directory is of, or what it is built with, by its
// name in lower case.
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
		Workspaces      any
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
	if p.Workspaces != nil { // its directories are packages
		dir.Name = ""
	}
	f.CodeDirectories = append(f.CodeDirectories, dir)
}

// readMaven reads the artifact of a module of Maven: the one that is not of its parent, a dependency or a plugin.
func readMaven(d *document.Document, f *graph.Facts) {
	text := d.Text
	if bytes.Contains(text, []byte("<packaging>pom</packaging>")) { // its directories are modules
		return
	}
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

// readTable reads the name in a table of TOML: that of a package of Cargo, or of a project of Python.
func readTable(tables ...string) func(*document.Document, *graph.Facts) {
	return func(d *document.Document, f *graph.Facts) {
		inside := false
		for line := range strings.Lines(string(d.Text)) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "[") {
				inside = slices.Contains(tables, strings.Trim(line, "[] "))
				continue
			}
			key, value, ok := strings.Cut(line, "=")
			if inside && ok && strings.TrimSpace(key) == "name" {
				f.CodeDirectories = append(f.CodeDirectories, directoryOf(d, strings.Trim(strings.TrimSpace(value), `"'`), graph.DirectoryPackage))
				return
			}
		}
	}
}

// readGradle reads the name of a build of Gradle. One that includes others has programs in their directories.
func readGradle(d *document.Document, f *graph.Facts) {
	name := ""
	for line := range strings.Lines(string(d.Text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "include") {
			return
		}
		if value, ok := strings.CutPrefix(line, "rootProject.name"); ok {
			name = strings.Trim(strings.TrimLeft(value, " ="), `"' `)
		}
	}
	if name != "" {
		f.CodeDirectories = append(f.CodeDirectories, directoryOf(d, name, graph.DirectoryPackage))
	}
}

// readSkaffold reads from which directories images are built: "image" and "context" of the artifacts.
func readSkaffold(d *document.Document, f *graph.Facts) {
	image, depth := "", 0
	for line := range strings.Lines(string(d.Text)) {
		rest := strings.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		if item, ok := strings.CutPrefix(rest, "- "); ok {
			image, depth = "", indent
			rest = item
		} else if indent <= depth {
			image = ""
		}
		key, value, _ := strings.Cut(strings.TrimSpace(rest), ":")
		switch value = strings.Trim(strings.TrimSpace(value), `"'`); {
		case key == "image":
			image = graph.ImageName(value)
		case key == "context" && image != "" && !path.IsAbs(value):
			dir := directoryOf(d, image, graph.DirectoryArtifact)
			dir.Dir = path.Join(dir.Dir, value)
			f.CodeDirectories = append(f.CodeDirectories, dir)
		}
	}
}

// readDotnet reads the name of a project of .NET, which is that of its file.
func readDotnet(d *document.Document, f *graph.Facts) {
	name := strings.TrimSuffix(path.Base(d.File), path.Ext(d.File))
	browser := bytes.Contains(d.Text, []byte("Microsoft.NET.Sdk.BlazorWebAssembly"))
	dir := directoryOf(d, name, graph.DirectoryPackage)
	dir.Browser, dir.Project, dir.References = browser, true, projectReferences(d)
	f.CodeDirectories = append(f.CodeDirectories, dir)
}

// projectReferences returns the directories of the projects that a project of .NET is built with:
// <ProjectReference Include="..\Cart.Core\Cart.Core.csproj" />.
func projectReferences(d *document.Document) []string {
	var dirs []string
	seen := map[string]bool{}
	for _, reference := range included(d.Text, "ProjectReference") {
		file := strings.ReplaceAll(reference.name, "\\", "/")
		if path.IsAbs(file) || strings.Contains(file, "$(") {
			continue
		}
		if dir := path.Dir(path.Join(path.Dir(path.Clean(d.File)), file)); !seen[dir] {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	return dirs
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
