package compose

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// A composeFile is one file of a project.
type composeFile struct {
	*composeProject
	*parsedFile
	dir       string // its directory, relative to that of the main file
	variables *variables
}

// read adds what the file says to the project, over what is there. A service that is marked
// !reset is removed, one that is marked !override replaces what is there.
func (p *composeFile) read(depth int) {
	p.readNetworks()
	for _, item := range p.root.Get("include").List() {
		p.include(item, depth)
	}
	for _, kind := range []string{"config", "secret"} {
		for name, n := range p.root.Get(kind + "s").Pairs() {
			b := composeBundle{content: p.text(n.Get("content")).text, at: p.at(n.Get("content"))}
			if file := p.text(n.Get("file")).text; file != "" && !path.IsAbs(file) {
				b.file, b.at = path.Join(p.dir, file), p.at(n)
			}
			p.bundles[kind+"/"+name.Str()] = b
		}
	}
	for name, n := range p.serviceNodes() {
		if n.Tag() == "!reset" {
			delete(p.services, name)
			p.order = slices.DeleteFunc(p.order, func(other string) bool { return other == name })
			continue
		}
		s := p.service(name, n, 0)
		if s == nil {
			continue
		}
		if base := p.services[name]; base != nil {
			if n.Tag() != "!override" {
				s = s.over(base)
			}
			p.services[name] = s
			continue
		}
		p.order = append(p.order, name)
		p.services[name] = s
	}
}

// readNetworks adds the networks that other projects may name.
func (p *composeFile) readNetworks() {
	for k, n := range p.root.Get("networks").Pairs() {
		external := n.Get("external")
		name := p.text(n.Get("name")).text
		switch {
		case external.IsMap():
			name = cmp.Or(p.text(external.Get("name")).text, k.Str())
		case external.Exists() && p.text(external).text != "false":
			name = cmp.Or(name, k.Str())
		case name == "":
			continue // Compose makes one of the project's own
		}
		p.networks[name] = true
	}
}

// serviceNodes yields the services of the file: those under "services", or, in
// the first format, the top level itself.
func (p *composeFile) serviceNodes() func(yield func(string, document.Node) bool) {
	services := p.root.Get("services")
	if !services.Exists() && isFirstFormat(p.root) {
		services = p.root
	}
	return func(yield func(string, document.Node) bool) {
		for k, v := range services.Pairs() {
			name := k.Str()
			if strings.TrimSpace(name) == "" || strings.HasPrefix(name, "x-") {
				continue
			}
			if !yield(name, v) {
				return
			}
		}
	}
}

// serviceNode returns a service of the file by its name.
func (p *composeFile) serviceNode(name string) (n document.Node, ok bool) {
	if p.declared == nil {
		p.declared = map[string]document.Node{}
		for k, n := range p.serviceNodes() {
			if _, again := p.declared[k]; !again {
				p.declared[k] = n
			}
		}
	}
	n, ok = p.declared[name]
	return n, ok
}

// service reads a service with what it extends.
func (p *composeFile) service(name string, n document.Node, depth int) *composeService {
	if !n.IsMap() {
		if n.Exists() {
			p.problem(graph.Failed, n, "write a mapping with at least an image", "service %q is not a mapping", name)
		}
		return nil
	}
	s := p.readService(name, n)
	extends := n.Get("extends")
	if !extends.Exists() {
		return s
	}
	base := p.extended(extends, depth)
	if base == nil {
		return s
	}
	s = s.over(base)
	s.at = p.at(n)
	return s
}

// extended reads the service that extends names, in this file or another.
func (p *composeFile) extended(extends document.Node, depth int) *composeService {
	from, name := p, p.text(extends).text
	if extends.IsMap() {
		name = p.text(extends.Get("service")).text
		if file := p.text(extends.Get("file")).text; file != "" {
			other, err := p.open(path.Join(p.dir, file), p.variables)
			if p.isOutside(err, file, p.at(extends)) {
				return nil
			}
			if err != nil {
				p.problem(graph.Failed, extends, "", "extended file %q cannot be read: %s", file, plainError(err))
				return nil
			}
			from = other
			p.parts = append(p.parts, graph.ProjectPart{File: path.Clean(other.doc.File), Service: name})
		}
	}
	if depth > maxComposeDepth {
		p.problem(graph.Failed, extends, "", "service %q extends itself", name)
		return nil
	}
	if n, declared := from.serviceNode(name); declared {
		return from.service(name, n, depth+1)
	}
	p.problem(graph.Failed, extends, "", "extended service %q is not in %q", name, from.doc.File)
	return nil
}

// include reads the files of one entry of include. They see their own .env, and
// the variables of the file that includes them win.
func (p *composeFile) include(item document.Node, depth int) {
	paths, directory, envs := p.texts(item), "", []string(nil)
	if item.IsMap() {
		paths, directory = p.texts(item.Get("path")), p.text(item.Get("project_directory")).text
		for _, env := range p.texts(item.Get("env_file")) {
			envs = append(envs, path.Join(p.dir, env.text))
		}
	}
	if len(paths) == 0 {
		return
	}
	if depth > maxComposeDepth {
		p.problem(graph.Failed, item, "", "file %q includes itself", paths[0].text)
		return
	}
	dir := path.Join(p.dir, path.Dir(paths[0].text))
	if directory != "" {
		dir = path.Join(p.dir, directory)
	}
	if envs == nil {
		envs = []string{path.Join(dir, ".env")}
	}
	vars := p.variables.within()
	for _, env := range envs {
		p.readVariables(vars, env, p.at(item))
	}
	for _, file := range paths {
		included, err := p.open(path.Join(p.dir, file.text), vars)
		if p.isOutside(err, file.text, file.at) {
			continue
		}
		if err != nil {
			p.problem(graph.Failed, item, "", "included file %q cannot be read: %s", file.text, plainError(err))
			continue
		}
		p.parts = append(p.parts, graph.ProjectPart{File: path.Clean(included.doc.File)})
		included.dir = dir
		included.read(depth + 1)
	}
}

// envFile reads an entry of env_file: a path, or {path, required}.
func (p *composeFile) envFile(n document.Node) []composePair {
	file, required := p.text(n).text, true
	if n.IsMap() {
		file = p.text(n.Get("path")).text
		if r, said := n.Get("required").Bool(); said {
			required = r
		}
	}
	switch {
	case file == "":
		return nil
	case path.IsAbs(file):
		p.problem(graph.Note, n, "write a path that begins with ./ if the file is among the inputs", "env_file %q is not read: it is a path of the machine that runs the project", file)
		return nil
	}
	name := path.Join(p.dir, file)
	text, err := p.content(name)
	if required && err != nil {
		if text, name, err = p.withSample(name); err == nil {
			p.problem(graph.Note, n, "", "there is no env_file %q; its sample %q is read", file, path.Base(name))
		}
	}
	if err != nil {
		if !p.isOutside(err, file, p.at(n)) && required {
			p.problem(graph.Note, n, "create the file, or set required: false",
				"env_file %q cannot be read: %s", file, plainError(err))
		}
		return nil
	}
	var pairs []composePair
	if p.settings > maxSettings {
		return nil
	}
	all := envFile(string(text), p.variables)
	if p.settings += len(all); p.settings > maxSettings {
		p.problem(graph.Failed, n, "name the files only for the services that need them",
			"the files of env_file give all services together more than %d settings; the rest is not read", maxSettings)
		return nil
	}
	for _, e := range all {
		at := graph.Source{Reader: p.doc.Reader, File: p.file(name)}.At(int32(e.line), int32(e.column))
		pairs = append(pairs, composePair{key: e.key, composeText: composeText{e.text, at}, bare: e.bare, common: p.variableFiles[name]})
	}
	return pairs
}

// plainError says why a file cannot be read without its path, which the message
// already has.
func plainError(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

func (p *composeFile) at(n document.Node) graph.Origin { return p.doc.At(n) }

func (p *composeFile) problem(level graph.ProblemLevel, n document.Node, hint, format string, args ...any) {
	p.doc.Problem(level, n, hint, format, args...)
}

// text is a scalar after its variables are replaced.
func (p *composeFile) text(n document.Node) composeText {
	return composeText{p.variables.expand(n.Str()), p.at(n)}
}

// texts reads a list of texts, or a single one.
func (p *composeFile) texts(n document.Node) []composeText {
	var all []composeText
	for _, item := range n.Items() {
		if item.IsScalar() {
			all = append(all, p.text(item))
		}
	}
	return all
}

// pairs reads a map of texts, or a list of "key=text".
func (p *composeFile) pairs(n document.Node) []composePair {
	many := 0
	for range n.Pairs() {
		many++
	}
	pairs := slices.Grow([]composePair(nil), many) // nil if there are none
	for k, v := range n.Pairs() {
		if v.IsMap() || v.IsList() {
			continue
		}
		pair := composePair{key: k.Str(), composeText: p.text(v), bare: !v.Exists()}
		if pair.bare {
			pair.at = p.at(k)
		}
		pairs = append(pairs, pair)
	}
	for _, item := range n.List() {
		if !item.IsScalar() {
			continue
		}
		t := p.text(item)
		key, text, found := strings.Cut(t.text, "=")
		pairs = append(pairs, composePair{key: key, composeText: composeText{text, t.at}, bare: !found})
	}
	return pairs
}

// wholeNumber reads a number that is not negative.
func wholeNumber(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}
