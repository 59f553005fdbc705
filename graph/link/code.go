package link

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/english"
)

// A codeLinker turns the places of source code into evidence.
type codeLinker struct {
	*linker
	directories *codeDirectories
	scopes      map[int]*codeScope // by root
	declared    map[int][]*scope   // the settings of inputs, by root
	entitiesOf  map[int][]int      // by root

	constants map[string]string     // names of services by the constants of code; "" of several
	servers   map[string][]int      // roots by what they serve
	users     map[string][]codeUser // of types of clients
	apps      map[string][]int      // roots by the names that their code has for itself

	texts     map[codeName]string           // what the names of modules are, "" of several
	clients   map[string]*graph.CodePlace   // declared ones, by their types; nil of several
	wrappers  map[codeName]*graph.CodePlace // functions that try again; nil of several
	process   map[codeName][]*graph.CodePlace
	calls     []*codeCall
	byPlace   map[*graph.CodePlace][]*codeCall // those that calls were made of; nil until it is asked for
	instances map[string][]int                 // policies by the last part of their names; nil until it is asked for
	file      *graph.CodeFile                  // that is read

	ownerless map[int]*ownerless // by the root that they name
	order     []int              // the roots of ownerless, in order
}

// A codeScope is the settings of a program as its code sees them.
type codeScope struct {
	scope    *scope            // of the code itself
	settings map[string]string // by name
	relaxed  map[string]string // by relaxed name
	origins  map[string]graph.Origin
	differ   map[string]bool // by relaxed name: the inputs give it several values
	owner    int
	texts    map[codeName]string // of all programs
}

// ownerless are files that name a program and belong to none.
type ownerless struct {
	files []string
	first graph.Origin
}

// A codeUser is a program, and a file of it, that uses a type.
type codeUser struct {
	root int
	file string
}

// connectCode makes evidence of what source code shows.
func (l *linker) connectCode() {
	slices.SortFunc(l.f.Code, func(a, b graph.CodeFile) int { return strings.Compare(a.Origin.File(), b.Origin.File()) })
	directories := l.findDirectories()
	c := &codeLinker{linker: l, directories: directories, scopes: map[int]*codeScope{}, ownerless: map[int]*ownerless{}, declared: l.scopesByRoot(), entitiesOf: directories.members}
	c.index()
	c.indexPolicies()
	directories.dropListed()
	directories.loosenReaders()
	directories.raiseReaders()
	for i := range l.f.Code {
		f := &l.f.Code[i]
		c.file = f
		dir := path.Dir(path.Clean(f.Origin.File()))
		if c.directories.inBrowser(dir) {
			continue
		}
		owners := c.directories.ownerAbove(dir)
		clients := map[string]bool{} // the addresses of those that the users of a type call
		for j := range f.Places {
			if p := &f.Places[j]; p.Kind == graph.CodeClient {
				clients[p.Text] = true
			}
		}
		for j := range f.Places {
			p := &f.Places[j]
			switch {
			case p.Kind == graph.CodeClient:
				for _, root := range c.callersOf(p.Symbol, f.Origin.File()) {
					// A type with its name alone may be one of another program that is called alike.
					if strings.Contains(p.Symbol, ".") || len(owners) == 0 || slices.Contains(owners, root) {
						c.connectName(root, p)
					}
				}
			case len(owners) == 0 && !clients[p.Text]:
				c.countOwnerless(p)
			case p.Kind == graph.CodeAddress && p.Symbol != "":
				for _, root := range c.callersOf(p.Symbol, f.Origin.File()) {
					if slices.Contains(owners, root) {
						c.connect(root, p)
					}
				}
				continue
			}
			for _, owner := range owners {
				c.connect(owner, p)
			}
		}
	}
	c.finishCalls()
	directories.weakenBeside()
	c.connectLibraries()
	c.noteOwnerless()
	c.noteUnbound()
}

// index finds what places of other files refer to.
func (c *codeLinker) index() {
	c.constants, c.servers, c.users, c.apps = map[string]string{}, map[string][]int{}, map[string][]codeUser{}, map[string][]int{}
	clients := map[string]bool{}
	for i := range c.f.Code {
		f := &c.f.Code[i]
		for j := range f.Places {
			switch p := &f.Places[j]; p.Kind {
			case graph.CodeClient, graph.CodeAddress, graph.CodeDefault:
				clients[p.Symbol] = true
			case graph.CodeConstant:
				for _, name := range []string{p.Symbol, p.Symbol[strings.IndexByte(p.Symbol, '.')+1:]} {
					if text, again := c.constants[name]; again && text != p.Text {
						c.constants[name] = ""
					} else {
						c.constants[name] = p.Text
					}
				}
			case graph.CodeApp:
				for _, owner := range c.directories.ownerAbove(path.Dir(path.Clean(f.Origin.File()))) {
					c.addApp(p.Text, owner)
				}
			case graph.CodeServer:
				for _, owner := range c.directories.ownerAbove(path.Dir(path.Clean(f.Origin.File()))) {
					if !slices.Contains(c.servers[p.Symbol], owner) {
						c.servers[p.Symbol] = append(c.servers[p.Symbol], owner)
					}
				}
			}
		}
	}
	delete(clients, "")
	for i := range c.f.Code {
		f := &c.f.Code[i]
		for _, name := range f.Uses {
			if clients[name] {
				for _, owner := range c.directories.ownerAbove(path.Dir(path.Clean(f.Origin.File()))) {
					c.users[name] = append(c.users[name], codeUser{owner, f.Origin.File()})
				}
			}
		}
	}
	for dir, facts := range c.directories.facts {
		for _, f := range facts {
			if f.Reason != graph.DirectoryApplication && f.Reason != graph.DirectoryPackage {
				continue
			}
			for _, owner := range c.directories.owners[dir] {
				c.addApp(f.Name, owner)
			}
		}
	}
}

func (c *codeLinker) addApp(name string, owner int) {
	if name = strings.ToLower(name); !slices.Contains(c.apps[name], owner) {
		c.apps[name] = append(c.apps[name], owner)
	}
}

// scopeOf returns the settings of a program.
func (c *codeLinker) scopeOf(root int) *codeScope {
	if s := c.scopes[root]; s != nil {
		return s
	}
	s := &codeScope{scope: &scope{of: c.runningRef(root)}, settings: map[string]string{}, relaxed: map[string]string{}, origins: map[string]graph.Origin{}, differ: map[string]bool{}, owner: root, texts: c.texts}
	for _, other := range c.declared[root] {
		for i := range other.values {
			v := &other.values[i]
			if v.Key == "" || v.Init {
				continue
			}
			text := other.expand(v.Text)
			for _, m := range []struct {
				settings map[string]string
				key      string
			}{{s.settings, v.Key}, {s.relaxed, relaxed(v.Key)}} {
				if had, taken := m.settings[m.key]; taken && had != text {
					s.differ[relaxed(v.Key)] = true
				}
				if _, taken := m.settings[m.key]; !taken || v.Source == graph.FromEnv {
					m.settings[m.key], s.origins[relaxed(v.Key)] = text, v.Origin
				}
			}
		}
	}
	c.scopes[root] = s
	return s
}

// runningRef returns the ref under which a platform runs a program, else its own.
func (c *codeLinker) runningRef(root int) graph.Ref {
	best := c.entities[root].ref
	for _, i := range c.entitiesOf[root] {
		if len(c.entities[i].things) > 0 && realmRank(c.entities[i].ref.Realm) < realmRank(best.Realm) {
			best = c.entities[i].ref
		}
	}
	return best
}

// expand replaces references to settings by what the program has, else by their defaults. Others are kept.
func (s *codeScope) expand(text string, depth int) string {
	const deepest = 8
	open := strings.Index(text, "${")
	if open < 0 || depth > deepest || len(text) > address.MaxText {
		return text
	}
	end, level := -1, 0
	for i := open + 1; i < len(text) && end < 0; i++ {
		switch text[i] {
		case '{':
			level++
		case '}':
			if level--; level == 0 {
				end = i
			}
		}
	}
	if end < 0 {
		return text
	}
	before, inner, rest := text[:open], text[open+2:end], s.expand(text[end+1:], depth+1)
	name, fallback, has := strings.Cut(inner, ":")
	fallback = strings.TrimPrefix(fallback, "-")
	if symbol, ok := strings.CutPrefix(name, "@"); ok {
		text := s.texts[codeName{s.owner, symbol}]
		if text == "" || depth > deepest-2 {
			text = "${}"
		}
		return before + s.expand(text, depth+1) + rest
	}
	if given, ok := s.setting(name); ok {
		return before + given + rest
	}
	if has {
		return before + s.expand(fallback, depth+1) + rest
	}
	return before + text[open:end+1] + rest
}

// setting returns what the inputs set for a name.
func (s *codeScope) setting(name string) (string, bool) {
	if name == "" {
		return "", false
	}
	if text, ok := s.settings[name]; ok {
		return text, true
	}
	text, ok := s.relaxed[relaxed(name)]
	return text, ok
}

// connect makes evidence of a place in the code of a program.
func (c *codeLinker) connect(owner int, p *graph.CodePlace) {
	switch p.Kind {
	case graph.CodeAddress, graph.CodeDefault:
		c.connectAddress(owner, p)
	case graph.CodeName:
		c.connectName(owner, p)
	case graph.CodeUse:
		if client := c.clients[p.Symbol]; client != nil && len(p.Policies) > 0 {
			use := *client
			use.Policies, use.Loose, use.Origin = p.Policies, p.Loose, p.Origin
			c.connectName(owner, &use)
		}
	case graph.CodeStub:
		if to, ok := c.beside(c.servers[p.Symbol], c.scopeOf(owner).scope.of); ok {
			c.add(owner, to, p, "grpc")
		}
	}
}

// callersOf returns the programs that use a type of a client in another file than the one that declares it.
func (c *codeLinker) callersOf(symbol, file string) []int {
	var roots []int
	for _, u := range c.users[symbol] {
		if u.file != file && !slices.Contains(roots, u.root) {
			roots = append(roots, u.root)
		}
	}
	return roots
}

// isUnused reports whether a place in the code of a program is the default of a setting whose constant no other file
// has.
func (c *codeLinker) isUnused(owner int, p *graph.CodePlace) bool {
	return p.Kind == graph.CodeDefault && p.Symbol != "" && !slices.Contains(c.callersOf(p.Symbol, p.Origin.File()), owner)
}

// connectName makes evidence for the service of a name, or at an address.
func (c *codeLinker) connectName(owner int, p *graph.CodePlace) {
	s := c.scopeOf(owner)
	text := p.Text
	if name, ok := strings.CutPrefix(text, "@"); ok {
		text = c.constants[name]
	}
	if text = s.expand(text, 0); strings.Contains(text, "://") {
		address := *p
		address.Kind, address.Text, address.Client = graph.CodeAddress, text, true
		c.connectAddress(owner, &address)
		return
	}
	if text == "" || strings.Contains(text, "${") {
		return
	}
	if to, ok := c.service(text, s.scope.of); ok {
		c.add(owner, to, p, "")
	}
}

// service returns the program of a name in a registry of services: an app of Dapr, a name of the platform, or
// what code calls itself.
func (c *codeLinker) service(name string, from graph.Ref) (int, bool) {
	if to, ok := c.appIn(name, from.Namespace, false); ok && c.together(to, from) {
		return to, true
	}
	if to, ok := c.resolveFor(from, name); ok && c.together(to, from) {
		return to, true
	}
	return c.beside(c.apps[strings.ToLower(name)], from)
}

// together reports whether a root may run where a program does: a platform has only its own programs.
func (c *codeLinker) together(root int, from graph.Ref) bool {
	r := c.runningRef(root)
	return r.Realm == from.Realm || !hosting(r.Realm) || !hosting(from.Realm)
}

// beside returns the one of several roots that runs where a program does, if there is one.
func (c *codeLinker) beside(roots []int, from graph.Ref) (int, bool) {
	if len(roots) == 1 {
		return roots[0], true
	}
	found := -1
	for _, root := range roots {
		if r := c.runningRef(root); r.Realm == from.Realm && r.Namespace == from.Namespace {
			if found >= 0 {
				return 0, false
			}
			found = root
		}
	}
	return found, found >= 0
}

// add adds evidence for a call of a program.
func (c *codeLinker) add(from, to int, p *graph.CodePlace, protocol string) {
	strength := graph.Strong
	if p.Weak {
		strength = graph.Weak
	}
	e := graph.Evidence{Origin: p.Origin, Way: p.Way, Key: p.Key, Strength: strength, Class: graph.ClassCall, Protocol: protocol, InCode: true}
	if call := c.callOf(from, p); call != nil {
		call.add(c.linker, from, to, e)
		return
	}
	c.addEvidence(from, to, e)
}

// connectAddress makes evidence of the addresses in a text.
func (c *codeLinker) connectAddress(owner int, p *graph.CodePlace) {
	s := c.scopeOf(owner)
	text := s.expand(p.Text, 0)
	v := &setting{Value: &graph.Value{Of: s.scope.of, Key: p.Key, Text: text, Source: graph.FromCode, Guess: p.Weak, Origin: p.Origin}}
	call, unused := c.callOf(owner, p), c.isUnused(owner, p)
	for _, m := range c.candidates(p, text) {
		if m.Host == "" || strings.Contains(m.Host, "${}") || address.HasPlaceholder(m.Host) && !isNamed(m.Host) {
			continue
		}
		root, known := c.resolveFor(s.scope.of, m.Host)
		switch {
		case address.IsLocal(m.Host):
		case known && m.Scheme == "" && m.Port > 0 && p.Kind == graph.CodeAddress && !address.ParseKey(p.Key).IsAddress() && !c.listens(root, m.Port):
			continue // a key of a cache, a name with a number
		case !known && (!p.Client || !address.IsDomain(m.Host)):
			m.Known = true
		}
		at := &found{Candidate: m, value: v}
		if call != nil {
			at.add = func(from, to int, e graph.Evidence) { call.add(c.linker, from, to, e) }
		}
		if unused {
			at.add = func(from, to int, e graph.Evidence) {
				e.Way, e.Strength = "source-unused", min(e.Strength, graph.Allowed)
				c.addEvidence(from, to, e)
			}
		}
		c.connectValue(s.scope, owner, at)
	}
}

// isNamed reports whether only the namespace or the domain of a host is not known.
func isNamed(host string) bool {
	_, ok := address.NameBefore(host)
	return ok
}

// eitherScheme makes one scheme of those of .NET that leave the choice between two.
var eitherScheme = strings.NewReplacer("https+http://", "http://", "http+https://", "http://")

// candidates returns the addresses in a text of code whose schemes are those of calls.
func (c *codeLinker) candidates(p *graph.CodePlace, text string) []address.Candidate {
	key := address.ParseKey(p.Key)
	if p.Kind == graph.CodeAddress {
		key = key.OfCode()
	}
	text = eitherScheme.Replace(text)
	return slices.DeleteFunc(address.Find(key, text, graph.FromCode), func(m address.Candidate) bool {
		return m.Scheme != "" && address.ProtocolOf(m.Scheme).Name == "" && m.Scheme != "lb" && m.Scheme != "dns" && m.Scheme != "discovery"
	})
}

// listens reports whether a program is declared with a port.
func (c *codeLinker) listens(root, port int) bool {
	for _, i := range c.entitiesOf[root] {
		for _, t := range c.entities[i].things {
			if slices.ContainsFunc(t.Ports, func(p graph.Port) bool { return p.Number == port }) {
				return true
			}
		}
		for _, n := range c.entities[i].names {
			if slices.ContainsFunc(n.Ports, func(p graph.Port) bool { return p.Number == port }) {
				return true
			}
		}
	}
	return address.ProtocolOfPort(port).Name != ""
}

// countOwnerless counts a place that names a program and belongs to none.
func (c *codeLinker) countOwnerless(p *graph.CodePlace) {
	if p.Kind != graph.CodeAddress && p.Kind != graph.CodeDefault {
		return
	}
	none := &codeScope{}
	for _, m := range c.candidates(p, none.expand(p.Text, 0)) {
		root, ok := c.resolve(m.Host, "", "")
		if !ok || address.IsLocal(m.Host) {
			continue
		}
		list := c.ownerless[root]
		if list == nil {
			list = &ownerless{first: p.Origin}
			c.ownerless[root] = list
			c.order = append(c.order, root)
		}
		if n := len(list.files); n == 0 || list.files[n-1] != p.Origin.File() {
			list.files = append(list.files, p.Origin.File())
		}
	}
}

// noteOwnerless reports the files that name programs and belong to none.
func (c *codeLinker) noteOwnerless() {
	for _, root := range c.order {
		list := c.ownerless[root]
		verbs := [2]string{"names", "belongs"}
		if len(list.files) > 1 {
			verbs = [2]string{"name", "belong"}
		}
		c.note(list.first, fmt.Sprintf("%s of source code %s %q and %s to no service", english.Count(len(list.files), "file"), verbs[0], c.entities[root].ref.Name, verbs[1]),
			"build the service from the directory of the code, or call the directory like the service")
	}
}

// noteUnbound counts the policies in code that act on no call.
func (c *codeLinker) noteUnbound() {
	n, files := 0, 0
	var first graph.Origin
	for i := range c.f.Code {
		if list := c.f.Code[i].Unbound; len(list) > 0 {
			if n == 0 {
				first = list[0]
			}
			n, files = n+len(list), files+1
		}
	}
	switch {
	case n == 1:
		c.note(first, "1 policy in code is bound to no call", "declare in weir.yaml what acts on the call")
	case n > 1:
		c.note(first, fmt.Sprintf("%d policies in code, of %s, are bound to no call", n, english.Count(files, "file")), "declare in weir.yaml what acts on the calls")
	}
}
