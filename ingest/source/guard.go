package source

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// useClients adds the requests of the clients that variables of the file have.
func (f *file) useClients() {
	g := f.policies
	if len(g.clients) == 0 {
		return
	}
	for i := range f.tokens {
		if f.tokens[i].kind != word || f.byte(i+1) != '.' && f.byte(i+1) != '(' && f.byte(i+1) != '?' {
			continue
		}
		if len(g.clients[string(f.bytes(i))]) == 0 {
			continue
		}
		c := f.clientAt(f.string(i), i)
		if c.family.send == nil || i <= c.at && c.at <= f.expressionEnd(i) {
			continue
		}
		at := i + 1
		if f.byte(at) == '?' {
			at++
		}
		method := ""
		if f.byte(at) == '.' {
			method, at = f.string(at+1), at+2
		}
		if f.byte(at) == '<' {
			if at = f.genericEnd(&f.code, at); at == 0 {
				continue
			}
		}
		if f.byte(at) != '(' {
			continue
		}
		if r := c.family.send(f, method, i, at); r != nil {
			r.client = c
			g.requests = append(g.requests, r)
		}
	}
}

// newRequest is a request whose arguments open at a token.
func (f *file) newRequest(at, open, target int, methods ...string) *request {
	return &request{at: at, from: open, to: f.closing(open), target: target, methods: methods, options: -1, unread: -1}
}

// placeRequests makes a place of each request whose address is an expression of names, and gives the places of
// all others to their requests.
func (f *file) placeRequests() {
	for _, r := range f.policies.requests {
		if len(f.placesOf(r)) > 0 || r.target < 0 {
			continue
		}
		v, _ := f.eval(r.target)
		text := v.text
		if r.client != nil && r.client.base >= 0 && !strings.Contains(text, "://") {
			base, _ := f.eval(r.client.base)
			text = strings.TrimSuffix(base.text, "/") + "/" + strings.TrimPrefix(text, "/")
		}
		if !isTarget(text) {
			continue
		}
		f.show(r.target, graph.CodePlace{Kind: graph.CodeAddress, Key: lastName(f.chainBefore(r.from)), Text: text, Client: true})
	}
}

// isTarget reports whether a text of a request begins with an address, or with a setting or a name that may
// have one.
func isTarget(text string) bool {
	if strings.HasPrefix(text, "${}") {
		return false
	}
	return strings.HasPrefix(text, "${") || strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// placesOf returns the numbers of the places in what a request takes.
func (f *file) placesOf(r *request) []int {
	var list []int
	for k, at := range f.spots {
		if at >= r.from && at <= r.to && !f.isInner(r, at) {
			switch f.out.Places[k].Kind {
			case graph.CodeAddress, graph.CodeDefault, graph.CodeName:
				list = append(list, k)
			}
		}
	}
	return list
}

// isInner reports whether a token in what a request takes belongs to another request in it.
func (f *file) isInner(r *request, at int) bool {
	return slices.ContainsFunc(f.policies.requests, func(o *request) bool { return o != r && o.from > r.from && o.to < r.to && o.from <= at && at <= o.to })
}

// requestAt returns the request that a token is in what it takes, the smallest; nil if there is none.
func (f *file) requestAt(at int) *request {
	var best *request
	for _, r := range f.policies.requests {
		if r.from <= at && at <= r.to && (best == nil || r.to-r.from < best.to-best.from) {
			best = r
		}
	}
	return best
}

// guardPlace gives a place the policies that act on it.
func (f *file) guardPlace(p *graph.CodePlace, at int) {
	r := f.requestAt(at)
	var acting []*guard
	for _, g := range f.policies.guards {
		if g.instead[1] > 0 && g.instead[0] <= at && at <= g.instead[1] {
			p.Fallback = true
			continue
		}
		if g.from > at || at > g.to || g.name != "" && !f.mentions(r, at, g.name) || slices.ContainsFunc(g.outside, func(o [2]int) bool { return o[0] <= at && at <= o[1] }) {
			continue
		}
		g.used = true
		acting = append(acting, g)
	}
	slices.SortStableFunc(acting, func(a, b *guard) int { return cmp.Compare(b.to-b.from, a.to-a.from) })
	placed := p.Kind != graph.CodeUse // whether a type is one of a client other files say
	for _, g := range acting {
		p.Policies, g.bound, g.placed = append(p.Policies, g.p), true, g.placed || placed
		if g.unread >= 0 {
			p.Loose = f.loose(g.unread)
		}
	}
	if r == nil {
		return
	}
	p.Request, p.Methods = true, r.methods
	if r.client != nil && r.client.process {
		p.Common, p.Injected = r.client.family.shared, r.client.given
	}
	if p.Path = pathOf(p.Text); len(r.methods) == 0 {
		p.Path = ""
	}
	unread := r.unread
	drafts := r.own
	if r.client != nil {
		unread = max(unread, r.client.unread)
		drafts = append(slices.Clone(r.client.own), r.own...)
		if f := r.client.family; !slices.ContainsFunc(drafts, func(d *draft) bool { return d.p.Says.Product == f.product }) {
			drafts = append(drafts, &draft{p: graph.CodePolicy{Origin: p.Origin, Says: policy.Set{Layer: policy.App, Product: f.product}}, unread: -1})
		}
	}
	var policies []graph.CodePolicy
	for _, d := range drafts { // those of the request go before those of its client
		unread, d.bound, d.placed = max(unread, d.unread), true, d.placed || placed
		if same := slices.IndexFunc(policies, func(o graph.CodePolicy) bool { return o.Says.Product == d.p.Says.Product }); same >= 0 {
			policies[same] = over(policies[same], d.p)
		} else {
			policies = append(policies, d.p)
		}
	}
	p.Policies = append(p.Policies, policies...)
	if unread >= 0 {
		p.Loose = f.loose(unread)
	}
}

// over is a policy with what another one of the same product has in its place.
func over(base, top graph.CodePolicy) graph.CodePolicy {
	both := top
	both.Says = policy.Overlay(base.Says, top.Says)
	both.Says.Partial = base.Says.Partial || top.Says.Partial
	both.Amounts = slices.Clone(top.Amounts)
	for _, a := range base.Amounts {
		if len(top.Says.DecisionsOn(a.Field)) == 0 {
			both.Amounts = append(both.Amounts, a)
		}
	}
	return both
}

// mentions reports whether a request, or what is called at a token, has a name among what it takes.
func (f *file) mentions(r *request, at int, name string) bool {
	from, to := at, f.expressionEnd(at) // pb.NewCartClient(conn).Get(ctx)
	if r != nil {
		from, to = r.from, r.to
	}
	for i := from; i <= to; i++ {
		if f.is(i, name) {
			return true
		}
	}
	return false
}

func (f *file) loose(at int) *graph.Loose {
	i := at
	for i < len(f.tokens) && f.tokens[i].kind != word && i < at+4 {
		i++
	}
	if f.kind(i) != word {
		i = at
	}
	return &graph.Loose{Origin: f.at(at), Text: f.string(i)}
}

// pathOf returns the path of an address, with "{}" for what is not known.
func pathOf(text string) string {
	rest := text
	if _, after, ok := strings.Cut(text, "://"); ok {
		rest = after
	} else if strings.HasPrefix(text, "${") {
		depth := 0
		for i, c := range text {
			if c == '{' {
				depth++
			} else if c == '}' {
				if depth--; depth == 0 {
					rest = text[i+1:]
					break
				}
			}
		}
	}
	depth, slash := 0, -1
	for i := 0; i < len(rest) && slash < 0; i++ {
		switch rest[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '/':
			if depth == 0 {
				slash = i
			}
		}
	}
	if slash < 0 {
		return ""
	}
	path, _, _ := strings.Cut(rest[slash:], "?")
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '$' && i+1 < len(path) && path[i+1] == '{' {
			for depth = 0; i < len(path); i++ {
				if path[i] == '{' {
					depth++
				} else if path[i] == '}' {
					if depth--; depth == 0 {
						break
					}
				}
			}
			b.WriteString("{}")
			continue
		}
		b.WriteByte(path[i])
	}
	const longest = 80
	if b.Len() > longest || b.Len() < 2 {
		return ""
	}
	return b.String()
}

// words of policies, in small letters, as parts of names.
var policyWords = []string{"timeout", "retry", "retries", "retrying", "breaker", "backoff", "resilien", "hystrix", "bulkhead", "deadline", "abortcontroller", "abortsignal", "polly", "failsafe", "timelimiter", "hedg"}

// harmless are names with these words that are no policies: errors, statuses, timers.
var harmless = []string{"error", "exception", "settimeout", "cleartimeout", "gatewaytimeout", "gateway_timeout", "requesttimeout", "request_timeout", "timeouts_total", "exceeded", "expired"}

// findLoose notes for the places of the file that it has a policy of which it is not known what it acts on.
func (f *file) findLoose() {
	requests := false
	for i := range f.out.Places {
		requests = requests || f.out.Places[i].Request || len(f.out.Places[i].Policies) > 0
	}
	if !requests {
		return
	}
	at := -1
	for _, g := range f.policies.guards {
		if !g.used && g.name == "" && at < 0 {
			at = g.at
		}
	}
	for i := 0; i < len(f.tokens) && at < 0; i++ {
		t := &f.tokens[i]
		if t.kind != word || f.policies.seen[i] || int(t.end-t.start) < 5 || f.policies.names[string(f.bytes(i))] || !isPolicyWord(f.bytes(i)) || f.inImport(i) || f.caught(i) {
			continue
		}
		at = i
	}
	if at < 0 {
		return
	}
	loose := f.loose(at)
	for i := range f.out.Places {
		if p := &f.out.Places[i]; p.Loose == nil && (p.Request || len(p.Policies) > 0) {
			p.Loose = loose
		}
	}
}

// isPolicyWord reports whether a name has a word of policies in it.
func isPolicyWord(name []byte) bool {
	if isPlain := !bytes.ContainsAny(name, "tTbBrRhHpPfFdDaA"); isPlain {
		return false
	}
	lower := strings.ToLower(string(name))
	return slices.ContainsFunc(policyWords, func(w string) bool { return strings.Contains(lower, w) }) &&
		!slices.ContainsFunc(harmless, func(w string) bool { return strings.Contains(lower, w) })
}

// inImport reports whether a token is in a statement that imports names.
func (f *file) inImport(i int) bool {
	start := f.lineStart(i)
	for n := 0; n < 4; n++ {
		open := f.opening(start)
		if open < 0 || f.byte(open) == '[' || f.closing(open) < i || f.byte(open) == '{' && f.byte(open-1) == ')' {
			break
		}
		start = f.lineStart(open)
	}
	switch f.string(start) {
	case "import", "from", "using", "package":
		return true
	case "export":
		return f.byte(start+1) == '{'
	case "const", "let", "var":
		at := start + 1
		if f.byte(at) == '{' {
			at = f.closing(at)
		}
		return f.byte(at+1) == '=' && (f.is(at+2, "require") || f.is(at+2, "await") && f.is(at+3, "import"))
	}
	return false
}

// caught reports whether a name is that of an error that is handled.
func (f *file) caught(i int) bool {
	start := f.lineStart(i)
	return f.is(start, "except") || f.is(start, "catch") || f.is(start, "raise") || f.is(start, "throw") || f.is(i-1, "instanceof") || f.is(i-1, "is") ||
		f.byte(start) == '}' && f.is(start+1, "catch")
}
