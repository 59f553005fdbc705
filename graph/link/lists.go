package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/lazy"
)

// findLists finds the lists of addresses of which any will do, and makes clusters of what
// answers there. A list is one setting with several addresses, or several entries of one
// setting: the items of a list in a file, BROKERS_0 and BROKERS_1 of a section, an option
// that is repeated on a command line.
//
// The addresses in a list of which any will do are
//
//   - the hosts of one URL: mongodb://a,b,c/orders;
//   - stores of one product: by the image of what answers there, by protocol or port, or
//     by a word of the host or of the setting. In one text they may have any names; in
//     several entries, in a command without options, in a list to wait for, and as SQL
//     servers, whose names often mean different data, they may differ in numbers only;
//   - programs of one image whose names differ in a number only, and not in that of a
//     version; or that have one command, and a first word in their names after which the
//     setting is named (QUOTE_HOSTS: quote-north, quote-south);
//   - hosts that no input declares, of one port, whose names differ in numbers only.
//
// All others are called one by one: CART and ORDERS in one list are two services.
func (c *clusters) findLists() {
	type list struct {
		scope *scope
		key   string
		value *setting // nil if several settings are one list
	}
	byList := map[list][]*addressed{}
	var order []list
	for i := range c.addressed {
		a := &c.addressed[i]
		if !c.mayBeGrouped(a) {
			continue
		}
		of := list{scope: a.scope, key: a.key()}
		if !isEntry(a.value) || of.key == "" {
			of.value = a.value
		}
		if byList[of] == nil {
			order = append(order, of)
		}
		byList[of] = append(byList[of], a)
	}
	for _, of := range order {
		c.joinAlike(byList[of], c.listClass)
	}
	numbered := map[list][]*addressed{}
	for i := range c.addressed {
		if a := &c.addressed[i]; a.list == "" && c.mayBeGrouped(a) && a.value.Key != "" {
			of := list{key: strconv.Itoa(a.from) + " " + numbers.ReplaceAllString(a.value.Key, "#")}
			numbered[of] = append(numbered[of], a)
		}
	}
	for _, entries := range numbered {
		c.joinAlike(entries, c.wholeClass)
	}
	c.joinStartOrders()
}

// joinStartOrders makes clusters of stores that one service starts after, if their names
// differ in a number only and several members of their product are always one cluster.
func (c *clusters) joinStartOrders() {
	type stores struct {
		from    int
		product *storeProduct
		stem    string
	}
	first := map[stores]int{}
	for ends, evidence := range c.edges {
		p := &c.programs[ends[1]]
		if !p.declared || p.product == nil || !p.product.whole || !p.numbered() || !slices.ContainsFunc(evidence, func(e graph.Evidence) bool { return isStartOrder(&e) }) {
			continue
		}
		of := stores{ends[0], p.product, p.stem}
		if other, again := first[of]; again {
			c.join(other, ends[1], true)
		} else {
			first[of] = ends[1]
		}
	}
}

// mayBeGrouped reports whether an addressed call may be one of a group.
func (c *clusters) mayBeGrouped(a *addressed) bool {
	e := c.evidence(a)
	return e.Class == graph.ClassCall && e.In == nil
}

// entryKey matches settings that are one entry of a list by their names: "brokers[0]",
// "Kafka__Brokers__1".
var entryKey = lazy.NewRegexp(`\[\d+\]|__\d+|\.\d+`)

// isEntry reports whether other settings of the same name are entries of the same list.
func isEntry(v *setting) bool {
	return v.Source != graph.FromEnv || entryKey.MatchString(v.Key)
}

// joinAlike makes clusters of the calls of one list that are of one class; "" is none.
func (c *clusters) joinAlike(list []*addressed, class func(a *addressed, list []*addressed) string) {
	if len(list) < 2 {
		return
	}
	byClass := map[string][]*addressed{}
	for _, a := range list {
		if k := class(a, list); k != "" {
			byClass[k] = append(byClass[k], a)
		}
	}
	for k, alike := range byClass {
		first := alike[0]
		if !slices.ContainsFunc(alike, func(a *addressed) bool { return a.to != first.to }) {
			continue
		}
		for _, a := range alike {
			a.list = k
			p := c.product(a)
			c.join(first.to, a.to, p != nil && (p.whole || a.Hosts > 0 && !p.sql))
		}
	}
}

// product returns the product that answers at an address; nil if it is none that keeps
// data, or unknown.
func (c *clusters) product(a *addressed) *storeProduct {
	p := &c.programs[a.to]
	if p.product != nil {
		return p.product
	}
	if p.declared && p.image != "" {
		return nil
	}
	if product := productOfAddress(a.Scheme, a.Port); product != nil {
		return product
	}
	if p.declared {
		return nil
	}
	return productOfWords(a.Key.Words)
}

// listClass is the same for those addresses of a list of which any will do: see findLists.
func (c *clusters) listClass(a *addressed, list []*addressed) string {
	p, product := &c.programs[a.to], c.product(a)
	port := strconv.Itoa(a.Port)
	switch {
	case a.Hosts > 0:
		return "url " + strconv.Itoa(a.Hosts) + " " + a.value.Origin.Place()
	case product != nil && product.sql:
		if p.numbered() {
			return product.name + " " + p.stem + " " + a.Database
		}
	case product != nil:
		otherText := func(o *addressed) bool { return o.value != a.value }
		if a.key() != "" && !slices.Contains(a.Key.Words, "wait") && !slices.ContainsFunc(list, otherText) {
			return product.name
		}
		if p.numbered() {
			return product.name + " " + p.stem
		}
	case p.image != "":
		if words := address.Words(p.name); len(words) > 1 && slices.Contains(a.Key.Words, words[0]) {
			return "image " + p.image + " " + words[0] + " " + strings.Join(c.command(a.to), " ")
		}
		if p.numbered() && !version.MatchString(p.name) {
			return "image " + p.image + " " + p.stem
		}
	case p.numbered() && !version.MatchString(p.name):
		if p.declared {
			return "name " + p.stem
		}
		return "host " + p.stem + " " + port
	}
	return ""
}

// version matches names with the number of a version.
var version = lazy.NewRegexp(`(^|[-_.])v\d+([-_.]|$)`)

// wholeClass is the same for addresses in settings that differ in a number only, KAFKA_1
// and KAFKA_2, if several members of their product are always one cluster.
func (c *clusters) wholeClass(a *addressed, _ []*addressed) string {
	if p := c.product(a); p != nil && p.whole && c.programs[a.to].numbered() {
		return p.name + " " + c.programs[a.to].stem
	}
	return ""
}

// replicaWords are words of settings for a part of the requests: those that write, or those
// that may get old answers.
var replicaWords = wordList(`primary master leader writer write rw replica slave secondary reader read ro`)

// group makes one pool of all calls of a caller to two or more members of one cluster,
// whatever settings they are from, and its start orders. A caller that names a single member
// needs that one: its client may find the others later, but not if it starts while that one
// is down. Its start orders for several members are a pool of their own.
//
// Settings of their own are grouped only if the members name each other, are the hosts of
// one URL somewhere, or are always one cluster by their product: API_1 and API_2 may be there
// for different purposes, and so may two caches that a console lists.
func (c *clusters) group() {
	byPool := map[poolKey][]*addressed{}
	for i := range c.addressed {
		a := &c.addressed[i]
		if _, member := c.parent[a.to]; !member || !c.mayBeGrouped(a) {
			continue
		}
		of := poolKey{a.from, c.of(a.to)}
		if a.list != "" || c.stores[of.cluster] && !hasWord(a.Key.Words, replicaWords) {
			byPool[of] = append(byPool[of], a)
		}
	}
	members, orders := c.members(), c.startOrders()
	for of, calls := range byPool {
		if !slices.ContainsFunc(calls, func(a *addressed) bool { return a.to != calls[0].to }) {
			continue
		}
		place := &graph.Place{Group: c.poolOf(calls, len(members[of.cluster]))}
		for _, a := range calls {
			c.evidence(a).In = place
		}
		for _, o := range orders[of] {
			o.evidence.In = place
		}
		delete(orders, of)
	}
	for of, list := range orders {
		if c.stores[of.cluster] {
			c.groupStarts(list, len(members[of.cluster]))
		}
	}
}

// A poolKey is a caller and a cluster, by c.of.
type poolKey struct{ from, cluster int }

// A startOrder is the evidence of an order of starts.
type startOrder struct {
	to       int
	evidence *graph.Evidence
}

// startOrders returns the start orders that name members of clusters.
func (c *clusters) startOrders() map[poolKey][]startOrder {
	orders := map[poolKey][]startOrder{}
	for ends, evidence := range c.edges {
		if _, member := c.parent[ends[1]]; !member {
			continue
		}
		for i := range evidence {
			if isStartOrder(&evidence[i]) {
				of := poolKey{ends[0], c.of(ends[1])}
				orders[of] = append(orders[of], startOrder{ends[1], &evidence[i]})
			}
		}
	}
	return orders
}

// groupStarts makes a pool of the start orders of one caller for the members of a cluster
// of n stores.
func (c *clusters) groupStarts(list []startOrder, n int) {
	first := list[0]
	var named []int
	for _, o := range list {
		named = append(named, o.to)
		if o.evidence.Origin.Compare(first.evidence.Origin) < 0 {
			first = o
		}
	}
	fact := &graph.GroupFact{Kind: graph.Pool, Name: "depends_on", Need: 1, Checked: true, Origin: first.evidence.Origin}
	if p := c.programs[first.to].product; p != nil {
		fact.Need = p.quorum.needOf(n, named)
	}
	for _, o := range list {
		o.evidence.In = &graph.Place{Group: fact}
	}
}

// poolOf returns the pool of the calls of one caller to a cluster of n members.
func (c *clusters) poolOf(calls []*addressed, n int) *graph.GroupFact {
	first := calls[max(0, slices.IndexFunc(calls, func(a *addressed) bool { return a.list != "" }))]
	fact := &graph.GroupFact{Kind: graph.Pool, Name: listName(first, calls), Need: 1, Origin: first.value.Origin}
	named := make([]int, len(calls))
	for i, a := range calls {
		named[i] = a.to
	}
	// How an ordinary program chooses among several is unknown; the client of a store knows
	// which of its members are up.
	if i := slices.IndexFunc(calls, func(a *addressed) bool { return c.product(a) != nil }); i >= 0 {
		fact.Checked = true
		fact.Need = c.quorum(calls[i], calls).needOf(n, named)
	}
	return fact
}

// listName is the name of the setting that first is in, without the number of an entry:
// "brokers" for "brokers[0]", "KAFKA_*" for KAFKA_1.
func listName(first *addressed, calls []*addressed) string {
	key := first.value.Key
	if key == "" {
		return strings.Join(first.Key.Words, "-")
	}
	whole := entryKey.ReplaceAllString(key, "")
	for _, a := range calls {
		switch other := a.value.Key; {
		case a.list != first.list || other == key:
		case entryKey.ReplaceAllString(other, "") == whole:
			return whole
		default:
			return numbers.ReplaceAllString(key, "*")
		}
	}
	return key
}

// quorum returns how many members the client at an address needs.
func (c *clusters) quorum(a *addressed, calls []*addressed) quorum {
	p, name := c.product(a), c.programs[a.to].name
	switch {
	case p.sql && a.Hosts > 0:
		return anyMember // the client takes the first that does what it asks for
	case p.name == "nats" && c.mention(calls, "jetstream", "-js"), p.name == "rabbitmq" && c.mention(calls, "quorum"):
		return majority
	case p.name == "redis" && a.Port == 26379, p.name == "mongodb" && strings.Contains(name, "router"):
		return anyMember
	case p.name == "mongodb" && strings.Contains(name, "shard"):
		return unknownQuorum
	}
	return p.quorum
}

// mention reports whether a setting of the caller or of one of the members has one of the
// words.
func (c *clusters) mention(calls []*addressed, words ...string) bool {
	roots := []int{calls[0].from}
	for _, a := range calls {
		roots = append(roots, a.to)
	}
	for _, r := range roots {
		for _, s := range c.scopesOf(r) {
			for i := range s.values {
				text := strings.ToLower(s.values[i].Key + " " + s.values[i].Text)
				if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
					return true
				}
			}
		}
	}
	return false
}
