package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/shell"
)

// Words of settings in which members of a cluster name the others, and of settings that
// name the one that a replica follows, or that a program calls in its turn.
var (
	peerWords   = wordList(`peer peers seed seeds join rejoin cluster members voters routes gossip quorum raft ring masters nodes replset defaultzone`)
	leaderWords = wordList(`primary master leader source`)
	calleeWords = wordList(`upstream upstreams downstream next callee target targets dependency dependencies backend backends service services api`)
)

// findPeers makes peers of the calls among members of one cluster: programs of one image,
// or stores of one product, that name each other. They do so
//
//   - with one setting that all of them have, PEERS or ETCD_INITIAL_CLUSTER, in a circle of
//     any length, and a further one that names them with it. Programs that are no stores
//     have different roles if the setting is that of a callee (UPSTREAM_URL), or if their
//     names differ in more than a number and their commands differ: then they call each other.
//   - with a setting for members (SEEDS, -retry-join), even if one names the other only: both
//     have it if their names differ in more than a number.
//     The setting for a primary is none: a replica calls what it follows.
//
// Whatever they are, three or more programs that each name all the others with one setting have
// a list of those who take part, see findMeshes.
//
// Start orders and links among the members of a cluster are peers as well, and what their
// commands wait for; of a store, every address that its members have of each other. All other
// calls among them stay calls: web with WORKER_URL and worker with WEB_URL need each other.
func (c *clusters) findPeers() {
	mesh := c.findMeshes()
	byKey := map[string][]*addressed{}
	for i := range c.addressed {
		a := &c.addressed[i]
		if class := c.evidence(a).Class; (class == graph.ClassCall || class == graph.ClassControl) && a.value.In == nil && c.sameProgram(a.from, a.to) {
			byKey[a.key()] = append(byKey[a.key()], a)
		}
	}
	for _, list := range byKey {
		inCircle := circles(list)
		for _, a := range list {
			if inCircle[a.to] && c.mayBePeers(a) || c.namesMember(a) {
				c.evidence(a).Class = graph.ClassPeer
				c.join(a.from, a.to, true)
			}
		}
	}
	for ends, evidence := range c.edges {
		if _, member := c.parent[ends[0]]; !mesh[ends] && (!member || c.of(ends[0]) != c.of(ends[1])) {
			continue
		}
		stores := c.isStore(ends[0]) && c.isStore(ends[1])
		for i := range evidence {
			if isStartOrder(&evidence[i]) || isWaitedFor(&evidence[i]) || stores && evidence[i].Class == graph.ClassCall {
				evidence[i].Class = graph.ClassPeer
			}
		}
	}
}

// isStore reports whether a root is one that keeps data.
func (c *clusters) isStore(root int) bool { return root < len(c.kinds) && keepsState(c.kinds[root]) }

// findMeshes makes peers of three or more programs each of which names all the others with one
// setting of a file: a list of those who take part, with the ways to reach them. It returns the
// ends of these calls.
func (c *clusters) findMeshes() map[[2]int]bool {
	byKey := map[string][]*addressed{}
	for i := range c.addressed {
		if a := &c.addressed[i]; a.value.Source == graph.FromFile && a.value.In == nil && a.from != a.to && c.evidence(a).Class == graph.ClassCall {
			byKey[a.key()] = append(byKey[a.key()], a)
		}
	}
	mesh := map[[2]int]bool{}
	for _, list := range byKey {
		inCircle, ends := circles(list), map[[2]int]bool{}
		for _, a := range list {
			if inCircle[a.from] && inCircle[a.to] {
				ends[[2]int{a.from, a.to}] = true
			}
		}
		if n := len(inCircle); n < 3 || len(ends) != n*(n-1) {
			continue
		}
		for _, a := range list {
			if both := [2]int{a.from, a.to}; ends[both] {
				c.evidence(a).Class, mesh[both] = graph.ClassPeer, true
			}
		}
	}
	return mesh
}

// isWaitedFor reports whether evidence is a word of a command without an option: most often that
// of a shell that waits until the other one answers.
func isWaitedFor(e *graph.Evidence) bool {
	return e.Class == graph.ClassCall && e.Key == "" && e.Strength == graph.Weak && strings.HasPrefix(e.Way, graph.FromArg.String()+"-")
}

// isStartOrder reports whether evidence shows an order of starts and not an address.
func isStartOrder(e *graph.Evidence) bool {
	return e.Class == graph.ClassCall && e.IsStartOrder()
}

// circles returns the roots that are left when those that do not call, or are not called,
// are removed one after the other: those on circles and on the ways between circles.
func circles(calls []*addressed) map[int]bool {
	type ends struct{ from, to int }
	seen := map[ends]bool{}
	callees, callers := map[int][]int{}, map[int][]int{}
	left := map[int]bool{}
	for _, a := range calls {
		if e := (ends{a.from, a.to}); !seen[e] && a.from != a.to {
			seen[e] = true
			callees[a.from], callers[a.to] = append(callees[a.from], a.to), append(callers[a.to], a.from)
			left[a.from], left[a.to] = true, true
		}
	}
	out, in := map[int]int{}, map[int]int{}
	var gone []int
	for v := range left {
		out[v], in[v] = len(callees[v]), len(callers[v])
		if out[v] == 0 || in[v] == 0 {
			gone = append(gone, v)
		}
	}
	for len(gone) > 0 {
		v := gone[len(gone)-1]
		gone = gone[:len(gone)-1]
		if !left[v] {
			continue
		}
		delete(left, v)
		for _, w := range callees[v] {
			if in[w]--; in[w] == 0 {
				gone = append(gone, w)
			}
		}
		for _, w := range callers[v] {
			if out[w]--; out[w] == 0 {
				gone = append(gone, w)
			}
		}
	}
	return left
}

// mayBePeers reports whether two programs that name each other with one setting are
// members of one cluster.
func (c *clusters) mayBePeers(a *addressed) bool {
	switch {
	case c.programs[a.from].product != nil:
		return true
	case hasWord(a.Key.Words, calleeWords) && !hasWord(a.Key.Words, peerWords):
		return false
	}
	return c.alike(a.from, a.to) || slices.Equal(c.command(a.from), c.command(a.to))
}

// namesMember reports whether a setting is for the members of the caller's own cluster. MEMBERS_URL is not, if a
// service is named members.
func (c *clusters) namesMember(a *addressed) bool {
	words := a.Key.Words
	if name := strings.ToLower(c.entities[a.to].ref.Name); slices.Contains(peerWords, name) && c.programs[a.from].product == nil {
		words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == name })
	}
	return hasWord(words, peerWords) && !hasWord(a.Key.Words, leaderWords) &&
		(c.alike(a.from, a.to) || c.programs[a.from].product != nil || c.hasSetting(a.to, a.value.Key))
}

// hasSetting reports whether a root has a setting of this name, whatever it is.
func (c *clusters) hasSetting(root int, key string) bool {
	return key != "" && slices.ContainsFunc(c.scopesOf(root), func(s *scope) bool {
		return slices.ContainsFunc(s.values, func(v setting) bool { return v.Key == key })
	})
}

// command returns the words of the command line of a root that are no options, addresses,
// files or numbers, sorted: "agent", "server".
func (c *clusters) command(root int) []string {
	var words []string
	for _, s := range c.scopesOf(root) {
		for i := range s.values {
			if v := &s.values[i]; v.Source == graph.FromArg {
				for _, w := range shell.Words(v.Text) {
					if w = strings.ToLower(w); strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" && !c.isName(w) {
						words = append(words, w)
					}
				}
			}
		}
	}
	return sortedUnique(words)
}

// isName reports whether a word is the name of an entity.
func (c *clusters) isName(word string) bool { return len(c.hosts.roots(word)) > 0 }

// scopesOf returns the settings of a root.
func (c *clusters) scopesOf(root int) []*scope {
	if c.byRoot == nil {
		c.byRoot = c.scopesByRoot()
	}
	return c.byRoot[root]
}
