package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/stage"
)

// A composeProject is everything that compose would start together: a file, the override
// file next to it, and the files that both include.
type composeProject struct {
	main     *document.Document
	realm    string
	services map[string]*composeService
	order    []string // names of services as they were met
	bundles  map[string]composeBundle
	opened   map[string]*openedFile // by path relative to the main file's directory
	size     int                    // of the texts of opened
	settings int                    // of env_file, over all services

	parts  []graph.ProjectPart // other files that the project consists of
	base   string              // the file that the main one overrides, as shown; "" if none
	owners map[string]string   // the services whose network others share, by the names of these
	guests map[string][]string // the services that are parts of one, in order

	networks      map[string]bool // the names of networks that other projects may have, too
	variableFiles map[string]bool // the files that variables of the project are from, by path as in opened

	awaited map[[2]string]bool // services and the conditions under which others wait for them, see isAwaited
}

// An openedFile is a file that a project refers to, read once however often it does.
type openedFile struct {
	text   []byte
	err    error
	parsed *parsedFile // nil if it was not asked for
}

// A parsedFile is a compose file that a project refers to.
type parsedFile struct {
	doc      *document.Document
	root     document.Node
	err      error
	declared map[string]document.Node // services by name; nil until one is looked up
}

// A composeBundle is a top-level config or secret, by kind and name.
type composeBundle struct {
	file    string // relative to the main file's directory
	content string
	at      graph.Origin
}

// Bounds against files that include each other without end.
const (
	maxComposeFiles = 2_000
	maxComposeDepth = 12
	maxComposeSize  = 4 << 20
	maxComposeTexts = 64 << 20
	maxSettings     = 200_000 // of env_file, which every service may name
)

// The names that compose looks for, in its order.
var (
	composeNames   = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames  = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
	errNoDirectory = errors.New("standard input has no directory")
	errTooMany     = errors.New("more than 2000 files refer to each other")
	errTooLarge    = errors.New("it is larger than 4 MB")
	errTooMuch     = errors.New("the files that refer to each other are larger than 64 MB")
	errNotAMapping = errors.New("it is not a YAML mapping")
)

// loadProject reads the project that d belongs to. An override file is read as
// what it is, on top of the file that it overrides.
func loadProject(d *document.Document) *composeProject {
	p := &composeProject{main: d, services: map[string]*composeService{}, bundles: map[string]composeBundle{}, opened: map[string]*openedFile{}, variableFiles: map[string]bool{}, networks: map[string]bool{}}
	vars := newVariables()
	vars.values["PWD"] = "."
	p.readVariables(vars, p.variableFile(vars), d.At(d.Root))
	main := &composeFile{composeProject: p, parsedFile: &parsedFile{doc: d, root: d.Root}, variables: vars}
	p.realm = "compose:" + p.name(main)

	name := path.Base(d.File)
	switch {
	case slices.Contains(overrideNames, name):
		if base := p.beside("", composeNames, vars); base != nil {
			p.base = path.Clean(base.doc.File)
			base.read(0)
		}
		main.read(0)
	case slices.Contains(composeNames, name):
		main.read(0)
		if over := p.beside("", overrideNames, vars); over != nil {
			over.read(0)
		}
	default:
		main.read(0)
	}
	p.dropOff(vars)
	p.findOwners()
	p.noteMissing(vars)
	if vars.growth.refused {
		d.Problem(graph.Failed, d.Root, "shorten the values of the variables",
			"variables make values longer than %d kB, or all values %d MB longer; those values are not read", maxValue>>10, maxGrowth>>20)
	}
	return p
}

// name is the project's: COMPOSE_PROJECT_NAME of the .env file, `name` of this file or of
// the one next to it that compose would start from, or the directory. Directories are
// identified by their whole path, so that two projects in directories of one name are
// distinct.
func (p *composeProject) name(main *composeFile) string {
	if name := main.variables.values["COMPOSE_PROJECT_NAME"]; name != "" {
		return name
	}
	if name := main.text(main.root.Get("name")).text; name != "" {
		return name
	}
	if !slices.Contains(composeNames, path.Base(p.main.File)) {
		if base := p.beside("", composeNames, main.variables); base != nil {
			if name := base.text(base.root.Get("name")).text; name != "" {
				return name
			}
		}
	}
	if name := p.above(main); name != "" {
		return name
	}
	if p.isOneOfSeveral(main) {
		return p.main.File[:len(p.main.File)-len(path.Ext(p.main.File))]
	}
	return path.Dir(p.main.File)
}

// isOneOfSeveral reports whether other files in the directory declare services of the main one
// whole as well, so that each is a project of its own, and none is the first of them: Compose
// looks for none by itself, and none is named after a stage.
func (p *composeProject) isOneOfSeveral(main *composeFile) bool {
	if p.main.Dir == nil || slices.Contains(overrideNames, path.Base(p.main.File)) || p.beside("", composeNames, main.variables) != nil {
		return false
	}
	own := main.wholeServices()
	if len(own) == 0 || stage.Rank(path.Base(p.main.File)) >= 0 {
		return false
	}
	several, staged := false, false
	p.anyBeside(main.variables, func(other *composeFile) bool {
		again := 0
		for name := range other.wholeServices() {
			if own[name] {
				again++
			}
		}
		if again >= 2 || again >= len(own) {
			several = true
			staged = staged || stage.Rank(path.Base(other.doc.File)) >= 0
		}
		return staged
	})
	return several && !staged
}

// wholeServices returns the services of a file that could be started with it alone; none if one
// of them needs another file.
func (p *composeFile) wholeServices() map[string]bool {
	whole := map[string]bool{}
	for name, n := range p.serviceNodes() {
		switch {
		case n.Tag() == "!reset" || n.Get("extends", "file").Exists():
		case n.Get("image").Exists() || n.Get("build").Exists() || n.Get("extends").Exists():
			whole[name] = true
		default:
			return nil
		}
		for _, need := range append(n.Get("depends_on").List(), n.Get("links").List()...) {
			target, _, _ := strings.Cut(need.Str(), ":")
			if _, declared := p.serviceNode(target); !declared {
				return nil
			}
		}
		for need := range n.Get("depends_on").Pairs() {
			if _, declared := p.serviceNode(need.Str()); !declared {
				return nil
			}
		}
	}
	return whole
}

// above is the name of the project in a directory above that the main file is a part of, or ""
// if there is none: one that includes the file, or that builds from its directory a service
// which the file has by the same name, so that the file starts that service with a few others,
// whose services the file repeats or adds to, or those that a file beside it adds to.
func (p *composeProject) above(main *composeFile) string {
	for _, up := range []string{"..", "../..", "../../.."} {
		base := p.beside(up, composeNames, main.variables)
		if base == nil || !p.includes(base, up) && !p.builds(base, up, main.root.Get("services")) && !repeats(base, main) && !p.isAmongOverrides(base) {
			continue
		}
		if name := base.text(base.root.Get("name")).text; name != "" {
			return name
		}
		return path.Dir(base.doc.File)
	}
	return ""
}

// includes reports whether a file in the directory up includes the main file. Included files
// belong to that project, also if they are sources themselves.
func (p *composeProject) includes(base *composeFile, up string) bool {
	for _, item := range base.root.Get("include").List() {
		paths := base.texts(item)
		if item.IsMap() {
			paths = base.texts(item.Get("path"))
		}
		for _, file := range paths {
			if p.file(path.Join(up, file.text)) == path.Clean(p.main.File) {
				return true
			}
		}
	}
	return false
}

// builds reports whether a file in the directory up builds one of the services from the
// directory of the main file.
func (p *composeProject) builds(base *composeFile, up string, services document.Node) bool {
	for name, service := range base.root.Get("services").Pairs() {
		context := service.Get("build")
		if context.IsMap() {
			context = context.Get("context")
		}
		if from := base.text(context).text; from != "" && !path.IsAbs(from) && !strings.Contains(from, ":") &&
			p.file(path.Join(up, from)) == path.Dir(path.Clean(p.main.File)) && services.Get(name.Str()).IsMap() {
			return true
		}
	}
	return false
}

// repeats reports whether a file has all services of another one with the same images, or is
// what the other one adds to: it has all those whose image the other one does not say.
func repeats(base, other *composeFile) bool {
	parts, own, same := compare(base, other)
	return same && (parts > 0 || own == 0)
}

// compare counts the services of a file whose image base says in its place, and those that only
// the file has. They are the same if base has the others as the file has them.
func compare(base, other *composeFile) (parts, own int, same bool) {
	for name, service := range other.serviceNodes() {
		there, declared := base.serviceNode(name)
		image := other.text(service.Get("image")).text
		switch {
		case service.Get("build").Exists() || service.Get("extends").Exists():
			return parts, own, false
		case image == "":
			if !there.Get("image").Exists() && !there.Get("build").Exists() {
				return parts, own, false
			}
			parts++
		case !declared:
			own++
		case image != base.text(there.Get("image")).text:
			return parts, own, false
		}
	}
	return parts, own, true
}

// isAmongOverrides reports whether a file in the directory of the main one adds to services of
// base, and none there is a project by itself: such files are for use with base, each or some of
// them together.
func (p *composeProject) isAmongOverrides(base *composeFile) bool {
	if p.main.Dir == nil || p.beside("", composeNames, base.variables) != nil {
		return false
	}
	return p.anyBeside(base.variables, func(other *composeFile) bool {
		parts, _, same := compare(base, other)
		return same && parts > 0
	})
}

// anyBeside reports whether a compose file in the directory of the main one, of the first so many,
// is as asked for.
func (p *composeProject) anyBeside(vars *variables, asked func(*composeFile) bool) bool {
	entries, _ := fs.ReadDir(p.main.Dir, ".")
	return slices.ContainsFunc(entries[:min(len(entries), settings.MaxMountedFiles)], func(entry fs.DirEntry) bool {
		name := entry.Name()
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" || entry.IsDir() || name == path.Base(p.main.File) {
			return false
		}
		if text, err := p.content(name); err != nil || !isComposeFile(name, text) {
			return false
		}
		other, err := p.open(name, vars)
		return err == nil && asked(other)
	})
}

// beside opens the first of some files in a directory relative to the main file's.
func (p *composeProject) beside(dir string, names []string, vars *variables) *composeFile {
	for _, name := range names {
		f, err := p.open(path.Join(dir, name), vars)
		if err == nil {
			return f
		}
		if dir == "" { // what is above is no part of the project until it says so
			p.isOutside(err, name, p.main.At(p.main.Root))
		}
	}
	return nil
}

// isAmongOthers reports whether other compose files are in the directory of the main one, under
// names of their own: the main one may override them.
func (p *composeProject) isAmongOthers() bool {
	if p.main.Dir == nil {
		return false
	}
	return p.anyBeside(newVariables(), func(*composeFile) bool { return true })
}

// noteMissing says once which variables have no value.
func (p *composeProject) noteMissing(vars *variables) {
	if names := vars.names(); len(names) > 0 {
		p.main.Problem(graph.Note, p.main.Root, "set them in .env next to the file; the environment of weir is not used",
			"variables without a value: %s", strings.Join(names, ", "))
	}
}

// content reads a file by its path relative to the main file's directory.
func (p *composeProject) content(name string) ([]byte, error) {
	f := p.openFile(name)
	return f.text, f.err
}

// withSample reads a file of variables, or its sample where it is not there, and returns the path of the one that is
// read: a repository has the sample, and users copy it to the file, which has their passwords.
func (p *composeProject) withSample(name string) (text []byte, read string, err error) {
	text, err = p.content(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, name, err
	}
	for _, sample := range samplesOf(name) {
		if len(p.opened) > maxComposeFiles/2 {
			break
		}
		if text, err := p.content(sample); err == nil {
			return text, sample, nil
		}
	}
	return nil, name, err
}

// openFile returns the file at a path relative to the main file's directory.
func (p *composeProject) openFile(name string) *openedFile {
	name = path.Clean(name)
	f := p.opened[name]
	if f == nil {
		f = &openedFile{}
		f.text, f.err = p.readFile(name)
		p.opened[name] = f
	}
	return f
}

func (p *composeProject) readFile(name string) ([]byte, error) {
	switch {
	case p.main.Dir == nil:
		return nil, errNoDirectory
	case len(p.opened) >= maxComposeFiles:
		return nil, errTooMany
	case p.size > maxComposeTexts:
		return nil, errTooMuch
	}
	f, err := p.main.Dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return nil, fs.ErrInvalid
	}
	text, err := io.ReadAll(io.LimitReader(f, maxComposeSize+1))
	if len(text) > maxComposeSize {
		return nil, errTooLarge
	}
	p.size += len(text)
	return text, err
}

// file returns a path relative to the main file's directory as it is shown in origins.
func (p *composeProject) file(name string) string { return path.Join(path.Dir(p.main.File), name) }

// open parses another compose file.
func (p *composeProject) open(name string, vars *variables) (*composeFile, error) {
	f := p.openFile(name)
	if f.err != nil {
		return nil, f.err
	}
	if f.parsed == nil {
		f.parsed = p.parse(name, f.text)
	}
	if f.parsed.err != nil {
		return nil, f.parsed.err
	}
	return &composeFile{composeProject: p, parsedFile: f.parsed, dir: path.Dir(name), variables: vars}, nil
}

func (p *composeProject) parse(name string, text []byte) *parsedFile {
	doc := &document.Document{Reader: p.main.Reader, File: p.file(name), Facts: p.main.Facts}
	root, err := settings.ParseNode(doc, text)
	if err == nil && !root.IsMap() {
		err = errNotAMapping
	}
	doc.Root = root
	return &parsedFile{doc: doc, root: root, err: err}
}

// isOutside reports whether a file is not opened because a project must not refer to it, which
// is a problem at the place of the reference.
func (p *composeProject) isOutside(err error, name string, at graph.Origin) bool {
	if !errors.Is(err, document.ErrOutside) {
		return false
	}
	p.main.Facts.Problems = append(p.main.Facts.Problems, graph.Problem{
		Origin: at, Level: graph.Failed, Hint: document.OutsideHint,
		Message: fmt.Sprintf("%q is not read: %v", document.Short(name), document.ErrOutside),
	})
	return true
}

// variableFile returns the path of the file with the variables of the project: .env beside the
// main file, or if there is none, that of the project in a directory above, whose variables a
// further file is started with.
func (p *composeProject) variableFile(vars *variables) string {
	if _, err := p.content(".env"); err != nil && p.main.Dir != nil {
		for _, up := range []string{"..", "../..", "../../.."} {
			name := path.Join(up, ".env")
			if _, err := p.content(name); err != nil {
				continue
			}
			if base := p.beside(up, composeNames, vars); base != nil && (!p.declaresAlone() || p.declaresNetworkOf(base)) {
				return name
			}
		}
	}
	return ".env"
}

// declaresNetworkOf reports whether the main file declares a network that another file declares, too: services of
// the two are in it if they are started together.
func (p *composeProject) declaresNetworkOf(base *composeFile) bool {
	declared := base.root.Get("networks")
	for name := range p.main.Root.Get("networks").Pairs() {
		if declared.Get(name.Str()).Exists() && name.Str() != "default" {
			return true
		}
	}
	return false
}

// declaresAlone reports whether no network of the main file is that of another project.
func (p *composeProject) declaresAlone() bool {
	for _, network := range p.main.Root.Get("networks").Pairs() {
		if external := network.Get("external"); external.Exists() && external.Str() != "false" {
			return false
		}
	}
	return true
}

// readVariables adds the lines of a .env file that is there, or those of its sample; earlier values win. The place is
// that of the reference to it.
func (p *composeProject) readVariables(vars *variables, name string, at graph.Origin) {
	text, read, err := p.withSample(name)
	if err != nil {
		p.isOutside(err, name, at)
		return
	}
	p.variableFiles[path.Clean(read)] = true
	for _, line := range envFile(string(text), vars) {
		if _, set := vars.values[line.key]; !set && !line.bare {
			vars.values[line.key] = line.text
		}
	}
}
