package compose

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/image"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/lazy"
)

// mounts adds the configuration files that the service mounts.
func (e *composeEmitter) mounts() {
	for _, m := range e.s.mounts {
		if m.kind == "volume" {
			e.mount(m)
			continue
		}
		bundle, ok := e.bundles[m.kind+"/"+m.source.text]
		switch {
		case ok && bundle.file != "":
			e.use(bundle.file, graph.Use{Origin: m.source.at})
		case ok && bundle.content != "":
			ref := graph.Ref{Realm: e.realm, Kind: m.kind, Name: m.source.text}
			at := graph.Source{Reader: bundle.at.Reader(), File: bundle.at.File()}.At(bundle.at.Line, 0)
			e.config(ref, path.Base(m.target), bundle.content, at, graph.Use{Origin: m.source.at})
		}
	}
}

// mount reads a mounted file, or the files of a mounted directory if it is one of
// configuration and not of source code.
func (e *composeEmitter) mount(m composeMount) {
	name := path.Join(m.dir, m.source.text)
	if e.main.Dir == nil {
		return
	}
	entries, err := fs.ReadDir(e.main.Dir, name)
	if errors.Is(err, document.ErrOutside) && !isConfigDirectory(m.target) && path.Ext(m.target) == "" {
		return // of source code and data: a container needs the directory, the graph does not
	}
	if e.isOutside(err, m.source.text, m.source.at) {
		return
	}
	if err != nil {
		if !isScript(path.Base(name)) {
			e.use(name, graph.Use{Origin: m.source.at})
		}
		return
	}
	if isCodeDirectory(m.target) {
		e.directory(name, m.source.at, graph.DirectoryBuilt)
	}
	if name == "." {
		return
	}
	all := isConfigDirectory(m.target)
	for _, entry := range entries[:min(len(entries), settings.MaxMountedFiles)] {
		if !entry.IsDir() && (all && !isScript(entry.Name()) || configName.MatchString(entry.Name())) {
			e.use(path.Join(name, entry.Name()), graph.Use{Origin: m.source.at})
		}
	}
}

// isScript reports whether a file is source code by its name, unless it is configuration in a
// language for programs.
func isScript(name string) bool {
	name = strings.ToLower(name)
	switch path.Ext(name) {
	case ".php", ".py", ".rb", ".pl", ".erb", ".jsp", ".cs", ".swift", ".scala", ".go", ".java", ".rs", ".ts", ".tsx", ".sql":
		return !strings.Contains(name, "conf") && !strings.Contains(name, "settings")
	}
	return false
}

// configName matches the files that are a program's configuration in a directory of
// any kind.
var configName = lazy.NewRegexp(`^(?:config|configuration|settings)\.(?:ya?ml|json|toml|ini|conf|cfg|properties)$`)

// Where a directory that an image is built from keeps the configuration that goes
// into the image.
var (
	sourceDirectories = []string{"src/main/resources", ".", "config", "conf", "nginx", "conf.d", "templates", grafanaSources}
	sourceName        = lazy.NewRegexp(`^(?:(?:application|bootstrap)[\w.\-]*\.(?:ya?ml|properties)|(?:nginx|default|haproxy|envoy|httpd|prometheus|alertmanager|fluent|fluent-bit|otel|otel-?col[\w\-]*)[\w\-]*(?:\.(?:template|tmpl|tpl))?\.(?:conf|cfg|ya?ml)(?:\.(?:template|tmpl|tpl))?|Caddyfile|(?:appsettings|ocelot|yarp)(?:\.[\w\-]+)?\.json)$`)
)

// grafanaSources is where Grafana looks for datasources, under any name.
const grafanaSources = "provisioning/datasources"

// source adds the configuration in the directory that a service is built from, and in that
// of its Dockerfile, unless several programs are built from it.
func (e *composeEmitter) source() {
	own := sourcesOf(e.s)
	for _, root := range own {
		reason := graph.DirectoryBuilt
		if root == own[0] && len(own) > 1 {
			reason = graph.DirectoryContext
		}
		e.directory(root, e.s.source.source.at, reason)
	}
	if len(own) > 0 {
		e.f.CodeDirectories[len(e.f.CodeDirectories)-len(own)].Dockerfile = path.Clean(e.file(path.Join(own[0], cmp.Or(e.s.dockerfile, "Dockerfile"))))
	}
	names := e.copiedFiles(own)
	for _, root := range distinct.Of(own) {
		if len(e.builtFrom[root]) == 1 {
			names = append(names, e.sourceIn(root)...)
		}
	}
	for _, name := range distinct.Of(names) {
		e.use(name, graph.Use{Built: true, Origin: e.s.source.source.at})
	}
}

// started is a hash of how a service is started: its image and command, and its variables without what sets replicas
// apart that are written one by one, their numbers and names.
func started(s *composeService) string {
	apart := strings.NewReplacer(s.name, "@", "0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")
	words := append([]string{apart.Replace(s.image.text), s.stage}, s.commandLine()...)
	variables := make([]string, len(s.environment))
	for i, v := range s.environment {
		variables[i] = v.key + "=" + apart.Replace(v.text)
	}
	var files distinct.List[string]
	for _, v := range s.envFiles {
		files.Add(v.at.File())
	}
	slices.Sort(variables)
	h := sha256.New()
	for _, text := range slices.Concat(words, variables, slices.Sorted(slices.Values(files.All()))) {
		fmt.Fprintf(h, "%q\n", text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// directory adds that the code in a directory is that of the service.
func (e *composeEmitter) directory(dir string, at graph.Origin, reason graph.DirectoryReason) {
	e.f.CodeDirectories = append(e.f.CodeDirectories, graph.CodeDirectory{Dir: path.Clean(e.file(dir)), Of: e.of, Reason: reason, Origin: at, Started: e.started})
}

// isCodeDirectory reports whether a directory in a container is for the code of the program.
func isCodeDirectory(target string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(target, "/"), "/")
	switch first {
	case "app", "src", "code", "workspace", "application", "srv", "go":
		return true
	}
	return strings.HasPrefix(target, "/usr/src/") || strings.HasPrefix(target, "/var/www") || strings.HasPrefix(target, "/home/") && strings.HasSuffix(target, "/app") || strings.HasPrefix(target, "/opt/app")
}

// sourcesOf returns the directories that a service is built from: its context, and that of
// its Dockerfile. There is none if the context is not one of the project.
func sourcesOf(s *composeService) []string {
	context := s.source.source.text
	if context == "" || path.IsAbs(context) || strings.Contains(context, ":") {
		return nil
	}
	list := []string{path.Join(s.source.dir, context)}
	if dir := path.Dir(s.dockerfile); dir != "." && !path.IsAbs(dir) {
		list = append(list, path.Join(list[0], dir))
	}
	return list
}

// sourceIn returns the files with configuration in a directory that a service is built from.
func (e *composeEmitter) sourceIn(root string) []string {
	if e.main.Dir == nil {
		return nil
	}
	var names []string
	directories := sourceDirectories
	if root == "." {
		directories = directories[:1] // the project's own directory holds what belongs to others too
	} else if project := e.dotnetProject(root); project != "" {
		directories = append(slices.Clip(directories), project)
	}
	for _, sub := range directories {
		names = append(names, e.sourceFiles(root, sub)...)
	}
	return names
}

// sourceFiles returns the files with configuration in a directory below root. There are none outside of what may be
// read: a build needs the directory, the graph does not.
func (e *composeEmitter) sourceFiles(root, sub string) []string {
	entries, _ := fs.ReadDir(e.main.Dir, path.Join(root, sub))
	var names []string
	for _, entry := range entries[:min(len(entries), settings.MaxMountedFiles)] {
		if !entry.IsDir() && (sub == grafanaSources || sourceName.MatchString(entry.Name())) {
			names = append(names, path.Join(root, sub, entry.Name()))
		}
	}
	return names
}

// copiedFiles returns the files with configuration that a Dockerfile copies into the image of
// the service, which is built from the first of its directories: those that are copied to where
// programs look for their configuration, whatever they are called, those with the names of
// configuration, and those of a module of which it takes what Maven or Gradle built.
func (e *composeEmitter) copiedFiles(own []string) []string {
	if e.main.Dir == nil || len(own) == 0 {
		return nil
	}
	text, err := e.content(path.Join(own[0], cmp.Or(e.s.dockerfile, "Dockerfile")))
	if err != nil {
		return nil // made when it is built, or not to be read: then nothing is known of it
	}
	args := map[string]string{}
	for _, pair := range e.s.buildArgs {
		args[pair.key] = pair.text
	}
	type copied struct {
		source   string
		toConfig bool // to a directory for configuration
		named    bool // as a file with configuration
	}
	var all distinct.List[copied]
	for _, c := range dockerCopies(string(text), e.s.stage, args) {
		for _, source := range c.sources {
			all.Add(copied{path.Join(own[0], source), isConfigDirectory(c.target), sourceName.MatchString(path.Base(c.target))})
		}
	}
	var names distinct.List[string]
	for _, c := range all.All() {
		if module := image.ModuleOf(c.source); module != "" && module != path.Clean(own[0]) { // that is the directory it is built from
			for _, name := range e.sourceFiles(module, sourceDirectories[0]) {
				names.Add(name)
			}
		}
		for _, name := range e.filesOf(c.source, c.toConfig) {
			base := path.Base(name)
			if c.toConfig && !isScript(base) || c.named || sourceName.MatchString(base) || configName.MatchString(base) {
				names.Add(name)
			}
		}
	}
	return names.All()
}

// filesOf returns the files that a source of a Dockerfile names: a file, those that match a
// pattern, or with inside those in a directory.
func (e *composeEmitter) filesOf(name string, inside bool) []string {
	dir, pattern := name, "*"
	switch info, err := fs.Stat(e.main.Dir, name); {
	case err == nil && !info.IsDir():
		return []string{name}
	case err == nil && !inside:
		return nil
	case err != nil:
		if dir, pattern = path.Split(name); !strings.ContainsAny(pattern, "*?[") {
			return nil
		}
	}
	entries, err := fs.ReadDir(e.main.Dir, path.Clean(dir))
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries[:min(len(entries), settings.MaxMountedFiles)] {
		if ok, _ := path.Match(pattern, entry.Name()); ok && !entry.IsDir() {
			names = append(names, path.Join(dir, entry.Name()))
		}
	}
	return names
}

// dotnetProject returns the directory below root with the settings of the one program of .NET
// there, beside which the solution has its Dockerfile; "" if there are several, or none.
func (e *composeEmitter) dotnetProject(root string) string {
	entries, _ := fs.ReadDir(e.main.Dir, root)
	project := ""
	for _, entry := range entries[:min(len(entries), settings.MaxMountedFiles)] {
		if !entry.IsDir() {
			continue
		}
		if info, err := fs.Stat(e.main.Dir, path.Join(root, entry.Name(), "appsettings.json")); err != nil || info.IsDir() {
			continue
		}
		if project != "" {
			return ""
		}
		project = entry.Name()
	}
	return project
}

// isConfigDirectory reports whether a directory in a container is for configuration.
func isConfigDirectory(target string) bool {
	return slices.ContainsFunc(strings.Split(target, "/"), func(part string) bool {
		return part == "etc" || strings.Contains(part, "conf") || part == "provisioning" || part == "datasources"
	})
}

// use adds a file once, and that the service uses it as u says.
func (e *composeEmitter) use(name string, u graph.Use) {
	file := e.file(name)
	ref := settings.FileRef(file)
	if settings.Worthless(settings.ConfigBase(name), "") {
		return
	}
	var text []byte
	if !e.configs[ref] {
		var err error
		text, err = e.content(name)
		e.isOutside(err, name, u.Origin)
		if err != nil || isComposeFile(name, text) {
			return // made when the project starts, or not kept with it; or it describes others
		}
	}
	e.config(ref, path.Base(name), string(text), graph.Source{Reader: e.main.Reader, File: file}.At(1, 1), u)
}

// composeServices matches the services of a compose file.
var composeServices = lazy.NewRegexp(`(?m)^services:\s*(?:#.*)?$(?:\s*(?:#.*)?\n)+[ ]+[\w.\-]+:\s*(?:#.*)?\n(?:[ ]+.*\n)*?[ ]+(?:image|build|extends):`)

// isComposeFile reports whether a file is one of Compose.
func isComposeFile(name string, text []byte) bool {
	base := settings.ConfigBase(name)
	if ext := path.Ext(base); ext != ".yml" && ext != ".yaml" {
		return false
	}
	return slices.Contains(composeNames, base) || slices.Contains(overrideNames, base) ||
		strings.HasPrefix(base, "docker-compose") || strings.HasPrefix(base, "compose.") || composeServices.Match(text)
}

// config adds a text of configuration once, and its use as u says.
func (e *composeEmitter) config(ref graph.Ref, name, text string, start graph.Origin, u graph.Use) {
	if !e.configs[ref] {
		e.configs[ref] = true
		values, policies := settings.Values(name, text, start), settings.Policies(name, text, start, false)
		if len(values) > 0 || len(policies) > 0 {
			e.f.Configs = append(e.f.Configs, graph.Config{
				Ref: ref, Origin: start, Entries: []graph.Entry{{Key: name, Values: values, Policies: policies, Origin: start}},
			})
		}
	}
	u.Of, u.Scope, u.Config, u.File = e.of, e.scope, ref, true
	e.f.Uses = append(e.f.Uses, u)
}
