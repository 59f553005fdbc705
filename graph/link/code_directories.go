package link

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// codeDirectories are the programs that directories of source code belong to.
type codeDirectories struct {
	*linker
	facts  map[string][]*graph.CodeDirectory // by directory
	owners map[string][]int                  // roots by directory, those of one program; none for a directory of several programs
	built  map[int][]string                  // directories that roots are built from
	named  map[string][]int                  // roots by the forms of their names, see formsOf
	placed map[int]bool                      // roots that have a directory for a better reason than its name
	common map[string]bool                   // directories that several programs are built with

	members map[int][]int // entities by root
	depths  map[int]int   // see findNearest
}

// membersByRoot returns the entities of each root, in order.
func (l *linker) membersByRoot() map[int][]int {
	members := map[int][]int{}
	for i := range l.entities {
		root := l.find(i)
		members[root] = append(members[root], i)
	}
	return members
}

// findDirectories decides which program each directory with code belongs to.
func (l *linker) findDirectories() *codeDirectories {
	c := &codeDirectories{linker: l, facts: map[string][]*graph.CodeDirectory{}, owners: map[string][]int{}, built: map[int][]string{}, named: map[string][]int{}, placed: map[int]bool{}, members: l.membersByRoot(), depths: map[int]int{}}
	slices.SortStableFunc(l.f.CodeDirectories, func(a, b graph.CodeDirectory) int { // whatever the order of the inputs
		return cmp.Or(a.Origin.Compare(b.Origin), strings.Compare(a.Dir, b.Dir), cmp.Compare(a.Reason, b.Reason), strings.Compare(a.Name, b.Name))
	})
	for i := range l.f.CodeDirectories {
		f := &l.f.CodeDirectories[i]
		if f.Dir == "" {
			continue
		}
		c.facts[f.Dir] = append(c.facts[f.Dir], f)
	}
	c.factsOfSettings()
	c.factsOfDockerfiles()
	c.indexNames()
	c.enterProjects()
	dirs := c.directories()
	c.findNearest(dirs)
	for _, dir := range dirs {
		c.decideBuilt(dir, graph.DirectoryBuilt)
	}
	for _, dir := range dirs {
		c.decideMarked(dir)
	}
	c.decideNamed(dirs)
	for _, dir := range dirs {
		if _, decided := c.owners[dir]; !decided {
			c.decideBuilt(dir, graph.DirectoryContext)
		}
	}
	c.ownReferenced(dirs)
	return c
}

// maxSharing is how many programs have the code of a project that they are built with. One that more are built with
// is in no program's directory: what it does depends on who calls it.
const maxSharing = 200

// ownReferenced gives the directories of projects that no program is called like to all programs that are built with
// them, through other projects, too.
func (c *codeDirectories) ownReferenced(dirs []string) {
	references := map[string][]string{}
	for dir, facts := range c.facts {
		for _, f := range facts {
			references[dir] = append(references[dir], f.References...)
		}
	}
	shared := map[string]set[int]{}
	for _, dir := range dirs {
		if len(references[dir]) == 0 || len(c.owners[dir]) == 0 {
			continue
		}
		met := map[string]bool{dir: true}
		for list := references[dir]; len(list) > 0; {
			next := list[len(list)-1]
			list = list[:len(list)-1]
			// What a project with too many programs is built with has as many.
			if met[next] || shared[next].len > maxSharing || len(c.ownerWithin(next)) > 0 {
				continue
			}
			met[next] = true
			for _, root := range c.owners[dir] {
				put(shared, next, root)
			}
			list = append(list, references[next]...)
		}
	}
	c.common = map[string]bool{}
	for dir, roots := range shared {
		if c.common[dir] = roots.len > 1; roots.len <= maxSharing {
			c.owners[dir] = slices.Sorted(roots.all())
		}
	}
}

// factsOfSettings adds the directories of programs whose settings name them: in a module of Maven or Gradle,
// the settings are in src/main/resources.
func (c *codeDirectories) factsOfSettings() {
	for i := range c.f.Configs {
		cfg := &c.f.Configs[i]
		if cfg.Realm != "file" || cfg.Owner == nil || !cfg.OwnerSaid {
			continue
		}
		dir := moduleOf(cfg.Name)
		c.facts[dir] = append(c.facts[dir], &graph.CodeDirectory{Dir: dir, Name: cfg.Owner.Name, Reason: graph.DirectoryApplication, Origin: cfg.Origin})
	}
}

// moduleOf returns the directory of the module that a file of settings belongs to, else the one it is in.
func moduleOf(file string) string {
	dir := path.Dir(path.Clean(file))
	if module, _, ok := strings.Cut(dir+"/", "/src/main/resources/"); ok {
		return module
	}
	if dir == "src/main/resources" {
		return "."
	}
	return dir
}

// factsOfDockerfiles adds the directories that programs take from where they are built. Those that several take are
// of none. A proxy that is built from a directory of others, by a file elsewhere, has no code there.
func (c *codeDirectories) factsOfDockerfiles() {
	copies, proxies := map[string][]string{}, map[string]bool{}
	for i := range c.f.CodeDirectories {
		f := &c.f.CodeDirectories[i]
		file := path.Clean(f.Origin.File())
		if len(f.Copies) > 0 {
			copies[file] = f.Copies
		}
		if f.Proxy {
			proxies[file] = true
		}
	}
	for i := range c.f.CodeDirectories {
		f := &c.f.CodeDirectories[i]
		if f.Dockerfile == "" {
			continue
		}
		if proxies[f.Dockerfile] && path.Dir(f.Dockerfile) != f.Dir {
			c.facts[f.Dir] = slices.DeleteFunc(c.facts[f.Dir], func(other *graph.CodeDirectory) bool { return other == f })
			continue
		}
		for _, taken := range copies[f.Dockerfile] {
			dir := path.Join(f.Dir, taken)
			c.facts[dir] = append(c.facts[dir], &graph.CodeDirectory{Dir: dir, Of: f.Of, Reason: graph.DirectoryArtifact, Origin: f.Origin})
		}
	}
}

// indexNames enters the names of programs, and of their images.
func (c *codeDirectories) indexNames() {
	for i := range c.entities {
		e := &c.entities[i]
		root := c.find(i)
		if len(e.things) == 0 && len(e.names) == 0 || e.external || e.ref.Realm == "host" || e.ref.Realm == "file" || root < len(c.kinds) && keepsState(c.kinds[root]) {
			continue
		}
		c.enter(e.ref.Name, root)
		for _, t := range e.things {
			for _, a := range t.Aliases {
				c.enter(a, root)
			}
			if name := graph.ImageName(t.Image); name != "" {
				c.enter(name, root)
			}
			if t.AppID != "" {
				c.enter(t.AppID, root)
			}
		}
	}
}

// enterProjects enters the names of projects that programs are made of.
func (c *codeDirectories) enterProjects() {
	for i := range c.f.CodeDirectories {
		if f := &c.f.CodeDirectories[i]; f.Dir == "" && f.Name != "" {
			if root, ok := c.lookup(f.Of); ok {
				c.enter(f.Name, root)
			}
		}
	}
}

func (c *codeDirectories) enter(name string, root int) {
	for _, form := range formsOf(name) {
		if form != "" && !slices.Contains(c.named[form], root) {
			c.named[form] = append(c.named[form], root)
		}
	}
}

// formsOf returns the forms of a name that are compared, the exact one first: as it is written, without the marks
// between words, and without the word that says that it is a service.
func formsOf(name string) []string {
	lower := strings.ToLower(name)
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, lower)
	short := plain
	for _, end := range []string{"microservice", "service", "server", "svc", "api", "app", "host", "ms"} {
		if s, ok := strings.CutSuffix(short, end); ok && len(s) > 2 {
			short = s
			break
		}
	}
	return []string{"=" + lower, "~" + plain, "-" + short}
}

// programsOf returns the roots of a name: those of the exact form if there are any, else of the next one.
func (c *codeDirectories) programsOf(name string) []int {
	for _, form := range formsOf(name) {
		if len(form) > 1 && len(c.named[form]) > 0 {
			return c.named[form]
		}
	}
	return nil
}

// directories returns the directories of files of code, and those above them, the outer ones first.
func (c *codeDirectories) directories() []string {
	seen := map[string]bool{}
	add := func(dir string) {
		for !seen[dir] {
			seen[dir] = true
			dir = path.Dir(dir)
		}
	}
	for i := range c.f.Code {
		add(path.Dir(c.f.Code[i].Origin.File()))
	}
	for i := range c.f.CodeLibraries {
		add(path.Dir(path.Clean(c.f.CodeLibraries[i].Origin.File())))
	}
	for i := range c.f.CodeDirectories { // a program may show nothing in its code
		if f := &c.f.CodeDirectories[i]; f.Reason == graph.DirectoryPackage && f.Dir != "" && f.Name != "" {
			add(f.Dir)
		}
	}
	dirs := make([]string, 0, len(seen))
	for dir := range seen {
		dirs = append(dirs, dir)
	}
	slices.SortFunc(dirs, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), strings.Compare(a, b))
	})
	return dirs
}

func (c *codeDirectories) own(dir string, roots []int, why graph.DirectoryReason) {
	roots = c.nearest(dir, roots)
	c.owners[dir] = roots
	for _, root := range roots {
		if why == graph.DirectoryBuilt {
			c.built[root] = append(c.built[root], dir)
		}
		if why < graph.DirectoryName {
			c.placed[root] = true
		}
	}
}

// nearest returns those of several programs of a platform that are called alike whose manifests are nearest to a directory:
// a repository may hold several systems.
func (c *codeDirectories) nearest(dir string, roots []int) []int {
	if len(roots) < 2 {
		return roots
	}
	best := map[string]int{}
	for _, root := range roots {
		for _, platform := range c.platforms(root) {
			best[platform] = max(best[platform], c.sharedDepth(dir, root))
		}
	}
	return slices.DeleteFunc(slices.Clone(roots), func(root int) bool {
		depth := c.sharedDepth(dir, root)
		return !slices.ContainsFunc(c.platforms(root), func(platform string) bool { return depth >= best[platform] })
	})
}

// platforms returns where a program runs, "compose" and "kubernetes".
func (c *codeDirectories) platforms(root int) []string {
	platform := func(i int) string {
		name, _, _ := strings.Cut(c.entities[i].ref.Realm, ":")
		return name
	}
	list := []string{platform(root)}
	for _, i := range c.members[root] {
		if name := platform(i); len(c.entities[i].things) > 0 && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// sharedDepth returns how many directories from the top one shares with the nearest manifest of a program.
func (c *codeDirectories) sharedDepth(dir string, root int) int {
	most := 0
	for _, i := range c.members[root] {
		for j := range c.entities[i].things {
			most = max(most, sharedSteps(dir, path.Dir(c.entities[i].things[j].Origin.File())))
		}
	}
	return most
}

func sharedSteps(a, b string) int {
	n := 0
	for a != "." && b != "." {
		x, restA, _ := strings.Cut(a, "/")
		y, restB, _ := strings.Cut(b, "/")
		if x != y {
			break
		}
		if n++; restA == "" || restB == "" {
			break
		}
		a, b = restA, restB
	}
	return n
}

// areOne reports whether roots are one program, which several parts of the estate run under its name, or
// several platforms under one like it.
func (c *codeDirectories) areOne(roots []int) bool {
	realms := map[string]bool{}
	same := true
	for _, root := range roots {
		realms[c.entities[root].ref.Realm] = true
		same = same && strings.EqualFold(c.entities[root].ref.Name, c.entities[roots[0]].ref.Name)
	}
	return len(roots) > 0 && (same || len(realms) == len(roots))
}

// decideBuilt gives a directory to the program that is built from it, and to all services that are built and started
// alike. One that several programs are built from belongs to none.
func (c *codeDirectories) decideBuilt(dir string, why graph.DirectoryReason) {
	var roots []int
	programs := map[[2]string]bool{} // how they are built and started
	for _, f := range c.facts[dir] {
		if f.Reason != why || f.Of.IsZero() {
			continue
		}
		if root, ok := c.lookup(f.Of); ok && !slices.Contains(roots, root) && !(why == graph.DirectoryContext && c.placed[root]) {
			roots = append(roots, root)
			programs[[2]string{f.Dockerfile, f.Started}] = true
		}
	}
	switch {
	case c.areOne(roots), len(roots) > 0 && len(programs) == 1 && why == graph.DirectoryBuilt:
		slices.Sort(roots)
		c.own(dir, roots, why)
	case len(roots) > 1:
		c.owners[dir] = nil
	}
}

// decideMarked gives a directory to the program whose name it has for itself, by the best reason that
// names one. A program that is built from another directory is not meant.
func (c *codeDirectories) decideMarked(dir string) {
	if len(c.owners[dir]) > 0 {
		return
	}
	for _, why := range []graph.DirectoryReason{graph.DirectoryArtifact, graph.DirectoryDockerfile, graph.DirectoryApplication, graph.DirectoryPackage} {
		var roots []int
		for _, f := range c.facts[dir] {
			if f.Reason != why {
				continue
			}
			candidates := c.programsOf(f.Name)
			if !f.Of.IsZero() {
				candidates = nil
				if root, ok := c.lookup(f.Of); ok {
					candidates = []int{root}
				}
			}
			for _, root := range candidates {
				if root = c.find(root); !slices.Contains(roots, root) && !c.builtElsewhere(root, dir) && !(f.Of.IsZero() && c.isElsewhere(dir, root)) {
					roots = append(roots, root)
				}
			}
		}
		if c.areOne(roots) {
			slices.Sort(roots)
			c.own(dir, roots, why)
			return
		}
		if len(roots) > 1 {
			return
		}
	}
}

// builtElsewhere reports whether a program is built from another directory than one that holds dir, or is
// held by it.
func (c *codeDirectories) builtElsewhere(root int, dir string) bool {
	holds := func(other string) bool { return isBelow(dir, other) || isBelow(other, dir) }
	return len(c.built[root]) > 0 && !slices.ContainsFunc(c.built[root], holds)
}

func isBelow(dir, above string) bool {
	return above == "." || dir == above || strings.HasPrefix(dir, above+"/")
}

// decideNamed gives directories to the programs that they are called like, if nothing else gives these a
// directory. Of several directories called alike those count that are beside others called like programs.
func (c *codeDirectories) decideNamed(dirs []string) {
	candidates := map[string][]int{}
	beside := map[string]map[int]bool{}
	several := map[int]int{}
	for _, dir := range dirs {
		if dir == "." || len(c.ownerWithin(dir)) > 0 {
			continue
		}
		roots := c.calledLike(dir)
		roots = slices.DeleteFunc(roots, func(root int) bool { return c.isElsewhere(dir, root) })
		if !c.areOne(roots) {
			continue
		}
		roots = c.nearest(dir, roots)
		above := path.Dir(dir)
		if beside[above] == nil {
			beside[above] = map[int]bool{}
		}
		beside[above][roots[0]] = true
		if !c.placed[roots[0]] && !candidateAbove(candidates, dir, roots[0]) {
			slices.Sort(roots)
			candidates[dir] = roots
			several[roots[0]]++
		}
	}
	for _, dir := range dirs {
		roots, ok := candidates[dir]
		if !ok || len(c.ownerWithin(dir)) > 0 {
			continue
		}
		if above := path.Base(path.Dir(dir)); several[roots[0]] == 1 || len(beside[path.Dir(dir)]) > 1 || above == "cmd" || above == "internal" {
			c.own(dir, roots, graph.DirectoryName)
		}
	}
}

// findNearest finds how near the nearest directory of each program is to its manifests, of those that are called like it.
// A package in one of them that is called alike is a part of it.
func (c *codeDirectories) findNearest(dirs []string) {
	claimed := map[string][]int{}
	for _, dir := range dirs {
		claim := func(roots []int) {
			for _, root := range roots {
				if root = c.find(root); !candidateAbove(claimed, dir, root) {
					claimed[dir] = append(claimed[dir], root)
					c.depths[root] = max(c.depths[root], c.sharedDepth(dir, root))
				}
			}
		}
		claim(c.calledLike(dir))
		for _, f := range c.facts[dir] {
			if f.Of.IsZero() {
				claim(c.programsOf(f.Name))
			}
		}
	}
}

// isElsewhere reports whether another directory that is called like a program is nearer to its manifests.
func (c *codeDirectories) isElsewhere(dir string, root int) bool {
	return c.sharedDepth(dir, root) < c.depths[root]
}

// candidateAbove reports whether a directory above one is called like the same program.
func candidateAbove(candidates map[string][]int, dir string, root int) bool {
	for dir = path.Dir(dir); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if slices.Contains(candidates[dir], root) {
			return true
		}
	}
	return false
}

// calledLike returns the programs that a directory is called like, by itself or with the one above it: user/service is
// the directory of user-service.
func (c *codeDirectories) calledLike(dir string) []int {
	name, above := path.Base(dir), path.Base(path.Dir(dir))
	roots := slices.Clone(c.programsOf(name))
	if len(roots) == 0 && len(above) > 1 {
		roots = slices.Clone(c.named["="+strings.ToLower(above+"-"+name)])
	}
	for i := range roots {
		roots[i] = c.find(roots[i])
	}
	return roots
}

// ownerAbove returns the roots of the program of a directory, or of the nearest one above it that has one; none
// if the nearest is one of several programs.
func (c *codeDirectories) ownerAbove(dir string) []int {
	for {
		if roots, ok := c.owners[dir]; ok {
			return roots
		}
		above := path.Dir(dir)
		if above == dir {
			return nil
		}
		dir = above
	}
}

// ownerWithin is ownerAbove without the program that has the whole of the inputs: others may be in it.
func (c *codeDirectories) ownerWithin(dir string) []int { return c.owners[c.owning(dir)] }

// owning returns a directory, or the nearest one above it, that is known to be one of a program or of none, "" if there
// is none in the inputs.
func (c *codeDirectories) owning(dir string) string {
	for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if _, ok := c.owners[dir]; ok {
			return dir
		}
	}
	return ""
}

// inBrowser reports whether the code of a directory runs in browsers, by the nearest package.
func (c *codeDirectories) inBrowser(dir string) bool {
	for {
		for _, f := range c.facts[dir] {
			if f.Reason == graph.DirectoryPackage {
				return f.Browser
			}
		}
		above := path.Dir(dir)
		if above == dir {
			return false
		}
		dir = above
	}
}
