package native

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/english"
)

// groupKinds are the keys that make a group of an entry of calls. Each has a list of
// members, which are entries of calls themselves.
var groupKinds = []struct {
	key  string
	kind graph.GroupKind
}{{"anyOf", graph.Pool}, {"split", graph.Split}, {"failover", graph.Failover}}

// groupKey returns the key with the members of n, and false if n is a call.
func groupKey(n document.Node) (key string, isGroup bool) {
	for _, k := range groupKinds {
		if n.Get(k.key).Exists() && !n.Get("to").Exists() {
			return k.key, true
		}
	}
	return "", false
}

// Needs of a pool that are no number.
const (
	needUnknown  = 0 // as in graph.GroupFact
	needMajority = -1
)

func parseNeed(text string) (need int, hint string) {
	switch text {
	case "majority":
		return needMajority, ""
	case "unknown":
		return needUnknown, ""
	}
	need, hint = parseLimit(text)
	if hint != "" {
		hint += ", majority or unknown"
	}
	return need, hint
}

// keysOfKinds are the keys that only some kinds of entries have.
var keysOfKinds = []struct {
	key string
	of  []string
}{
	{"need", []string{"anyOf"}},
	{"checked", []string{"anyOf", "failover"}},
	{"same", []string{"failover"}},
	{"name", []string{"anyOf", "split", "failover"}},
}

// kindsOfEntries are the keys of which each entry of calls has one.
var kindsOfEntries = []string{"to", "anyOf", "split", "failover"}

// misspelled reports whether a key of n is a typo of one of these, which is reported where it is.
func misspelled(n document.Node, keys []string) bool {
	for key := range n.Pairs() {
		if didyoumean.Suggest(key.Str(), keys) != nil {
			return true
		}
	}
	return false
}

// checkCall checks that an entry of calls is one call or one group, and the members of a
// group.
func checkCall(d *document.Document, n document.Node) {
	is := ""
	for _, key := range kindsOfEntries {
		switch {
		case !n.Get(key).Exists():
		case is != "":
			d.Problem(graph.Failed, n.Key(key), "write an entry for each", "%q and %q are in one entry", is, key)
		default:
			is = key
		}
	}
	if is == "" && !misspelled(n, kindsOfEntries) {
		d.Problem(graph.Failed, n, "write to: cart", "%q is missing", "to")
	}
	for _, k := range keysOfKinds {
		if n.Get(k.key).Exists() && is != "" && !slices.Contains(k.of, is) {
			d.Problem(graph.Failed, n.Key(k.key), "remove it", "%q is for %s", k.key, orList(k.of))
		}
	}
	if members := n.Get(is); is != "to" && members.IsList() {
		checkMembers(d, n, is, members)
	}
}

// checkMembers checks what the members of a group have together.
func checkMembers(d *document.Document, n document.Node, key string, members document.Node) {
	list := members.List()
	switch len(list) {
	case 0:
		d.Problem(graph.Failed, members, "name two or more", "%q has no members", key)
	case 1:
		d.Problem(graph.Failed, members, "name another one, or write it as an ordinary call", "%q has one member", key)
	}
	if need, hint := parseNeed(n.Get("need").Str()); hint == "" && need > len(list) && key == "anyOf" {
		d.Problem(graph.Failed, n.Get("need"), fmt.Sprintf("write a number from 1 to %d", len(list)), "need is %d, but %q has %s", need, key, english.Count(len(list), "member"))
	}
	if key != "split" {
		checkWholes(d, list)
		return
	}
	weights, used := 0, false
	for _, m := range list {
		weight, hint := parseWeight(m.Get("weight").Str())
		if m.Get("weight").Exists() {
			weights++
		}
		used = used || hint != "" || weight > 0
	}
	for _, m := range list {
		if weights > 0 && !m.Get("weight").Exists() {
			d.Problem(graph.Failed, m, "write a weight for each member, or for none", "a member of a split without a weight, beside others with one")
		}
	}
	if len(list) > 0 && !used {
		d.Problem(graph.Failed, members, "write a weight of more than 0 for a member", "no member of %q gets any requests", key)
	}
}

// checkWholes checks that entries of calls outside of splits have no share of anything.
func checkWholes(d *document.Document, entries []document.Node) {
	for _, n := range entries {
		for _, key := range []string{"weight", "match"} {
			if n.Get(key).Exists() {
				d.Problem(graph.Failed, n.Key(key), "write split: [{to: cart, weight: 80}, {to: cart-v2, weight: 20}]", "%q is for the members of a split", key)
			}
		}
	}
}

// checkService checks what the schema of a service does not.
func checkService(d *document.Document, n document.Node) { checkWholes(d, n.Get("calls").List()) }
