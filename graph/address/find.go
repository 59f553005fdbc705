package address

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// A Candidate is a text in a setting that may be an address. Whether a service answers
// there is not known yet.
type Candidate struct {
	graph.Address
	Key   Key    // what the name of the setting shows
	Way   string // as in Evidence.Way: "env-url", "arg-host"
	Doubt Doubt
	Known bool // counts only if an input declares what answers there
	Word  bool // a bare word: proves nothing if no service answers there
	Waits bool // whoever has it waits until something answers there, and starts the program then
	// Hosts numbers the URLs of the text that have several hosts, from 1: those of one URL
	// are members of one cluster. It is 0 for all other addresses.
	Hosts int
}

// A Doubt is what in the text suggests that the service with the setting does not call
// the address.
type Doubt uint8

const (
	NoDoubt        Doubt = iota
	BareArgument         // a bare word on a command line
	BrowserSetting       // the setting is compiled into pages
)

// MaxText is the size of settings in bytes up to which they are searched for addresses.
// Larger ones are files of another kind: dashboards, scripts, certificates.
const MaxText = 64 << 10

// Find finds the addresses in the text of one setting, in the order written.
// If the key does not name an address, only text that cannot be anything else is returned.
func Find(key Key, text string, way graph.SettingSource) []Candidate {
	if len(text) < 2 || len(text) > MaxText || key.ignored || key.own {
		return nil
	}
	if isNameList(text) || isPropertyList(text) || IsLeftToFill(text) {
		return nil
	}
	f := finder{key: key, way: way.String()}
	if f.dataSource(text) {
		return f.found
	}
	if strings.Contains(text, "%(") || strings.Contains(text, "{{") {
		text = placeholder.ReplaceAllString(text, "$${$1$2}")
	}
	rest := f.urls(expandRanges(text))
	if strings.Contains(rest, "=") {
		rest = secretPair.ReplaceAllString(rest, " ")
	}
	if strings.Contains(rest, "LoginModule") { // of JAAS, which logs in and calls nothing
		rest = ""
	}
	tokens := strings.FieldsFunc(rest, isSeparator)
	f.words = isWordList(tokens)
	for _, token := range tokens {
		f.token(token)
	}
	if key.insideOnly {
		f.keepInside()
	}
	for i := range f.found {
		f.found[i].Waits = key.waits
	}
	return f.found
}

// IsLeftToFill reports whether a text as a whole is in angle brackets, "<the address of your broker,
// amqp://...>": it says what to put in its place.
func IsLeftToFill(text string) bool {
	text = strings.TrimSpace(text)
	inside, open := strings.CutPrefix(text, "<")
	inside, closed := strings.CutSuffix(inside, ">")
	return open && closed && !strings.ContainsAny(inside, "<>") && !strings.Contains(inside, `="`)
}

// isNameList reports whether a text lists names with a pattern among them, "shop.example,*.shop.example":
// those that a program goes by, or lets in.
func isNameList(text string) bool {
	return !strings.Contains(text, "://") && slices.ContainsFunc(strings.FieldsFunc(text, isSeparator), func(token string) bool {
		return strings.HasPrefix(token, "*.")
	})
}

// isPropertyList reports whether a text is a list of properties, "retention.ms:604800000;partitions:1":
// pairs with a colon, of which one is no host and port.
func isPropertyList(text string) bool {
	if !strings.Contains(text, ":") || strings.Contains(text, "://") {
		return false
	}
	pairs, properties := 0, false
	for token := range strings.FieldsFuncSeq(text, isSeparator) {
		name, value, ok := strings.Cut(token, ":")
		if !ok || name == "" || value == "" || strings.ContainsAny(name, "=/@${%") || strings.ContainsAny(value, ":/@${%") {
			return false
		}
		pairs++
		port, err := strconv.Atoi(value)
		properties = properties || err != nil || port < 1 || port > 65535
	}
	return pairs > 1 && properties
}

// isWordList reports whether most tokens of a text are plain words: "env,metrics,info,hystrix.stream"
// names parts of a program, whatever its key is called.
func isWordList(tokens []string) bool {
	plain := 0
	for _, token := range tokens {
		if !strings.ContainsAny(token, ".:/") {
			plain++
		}
	}
	return plain >= minWordList && 2*plain > len(tokens)
}

// minWordList is how many plain words make a list of them; two or three may be hosts.
const minWordList = 4

// secretPair matches a word for a secret with its value: username="x" password="y".
var secretPair = lazy.NewRegexp(`(?i)[\w.-]*(?:user|username|passwd|password|pwd|secret|token|key|credentials?)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s;,&]+)`)

// A numberRange is the notation of MinIO for several hosts: "http://disk{1...4}:9000".
var numberRange = lazy.NewRegexp(`([^\s,;{]*)\{(\d+)\.\.\.(\d+)\}([^\s,;]*)`)

// maxRange is how many hosts a range is expanded to.
const maxRange = 64

// expandRanges writes a word for each number of the first range in it. Further ranges in
// the path are kept.
func expandRanges(text string) string {
	if !strings.Contains(text, "...") {
		return text
	}
	return numberRange.ReplaceAllStringFunc(text, func(word string) string {
		m := numberRange.FindStringSubmatch(word)
		from, _ := strconv.Atoi(m[2])
		to, err := strconv.Atoi(m[3])
		if err != nil || to < from || to-from >= maxRange {
			return word
		}
		var b strings.Builder
		for n := from; n <= to; n++ {
			fmt.Fprintf(&b, "%s%d%s ", m[1], n, m[4])
		}
		return b.String()
	})
}

// keepInside keeps the addresses of a key for sites and pages that are inside the estate:
// names that do not resolve outside of it.
func (f *finder) keepInside() {
	f.found = slices.DeleteFunc(f.found, func(m Candidate) bool {
		return HasPlaceholder(m.Host) || strings.Contains(m.Host, ".") && !strings.Contains(m.Host+".", ".svc.")
	})
	for i := range f.found {
		m := &f.found[i]
		m.Known = true
		if f.key.page {
			m.Doubt = BrowserSetting
		}
	}
}

// placeholder matches references to settings in INI files and templates.
var placeholder = lazy.NewRegexp(`%\((\w+)\)s|\{\{-?\s*([\w.]+)[^{}]*\}\}`)

// notHosts are the values that a setting named after a host may have instead.
var notHosts = lazy.NewWords("true false yes no on off none null nil undefined default auto any all enabled disabled all-in-one cluster standalone internal direct stdout stderr system.out system.err")

// A finder collects the candidates of one setting.
type finder struct {
	key   Key
	way   string
	found []Candidate
	hosts int  // URLs with several hosts so far
	words bool // the text is a list of words
}

// add adds an address. A name with an underscore is no host outside of the estate: compose
// allows one, the DNS does not. The domain of a cluster or of a namespace is none either.
func (f *finder) add(a graph.Address, form string, known bool) {
	known = known || strings.Contains(a.Host, "_") && !HasPlaceholder(a.Host) || isClusterDomain(a.Host)
	f.found = append(f.found, Candidate{Address: a, Key: f.key, Way: f.way + "-" + form, Known: known})
}

// isClusterDomain reports whether a host is the domain of a cluster, "svc.cluster.local", or
// of a namespace in it, under which the names of Services are.
func isClusterDomain(host string) bool {
	above, ok := strings.CutSuffix("."+strings.ToLower(strings.TrimSuffix(host, ".")), ".cluster.local")
	if !ok {
		return false
	}
	above, ok = strings.CutSuffix(above, ".svc")
	return above == "" || ok && strings.Count(above, ".") == 1
}

func isSeparator(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', ',', ';', '|', '"', '\'', '`', '(', ')', '[', ']', '&':
		return true
	}
	return false
}

// urls takes every scheme://... out of text and returns the rest.
func (f *finder) urls(text string) string {
	var rest strings.Builder
	for {
		i := strings.Index(text, "://")
		if i < 0 {
			break
		}
		start := i
		for start > 0 && (isSchemeByte(text[start-1])) {
			start--
		}
		end := urlEnd(text, i+3)
		scheme := strings.ToLower(text[start:i])
		f.url(scheme, text[i+3:end])
		before := text[:start]
		for _, p := range []string{"jdbc:", "r2dbc:", "tcp:"} {
			before = strings.TrimSuffix(before, p)
		}
		rest.WriteString(before)
		rest.WriteByte(' ')
		text = text[end:]
	}
	if rest.Len() == 0 {
		return text
	}
	rest.WriteString(text)
	return rest.String()
}

func isSchemeByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' || c == '_'
}

// urlEnd returns where the URL that has its authority at i ends. Commas and
// semicolons separate URLs unless the next host of a list follows: "h1:1,h2:2/db".
func urlEnd(text string, i int) int {
	start, path := i, false
	if i < len(text) && text[i] == '[' { // an IPv6 address
		i += max(0, strings.IndexByte(text[i:], ']')+1)
	}
	for ; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\n', '\r', '"', '\'', '`', '<', '>', '|', ']', '\\':
			return i
		case '}', ')':
			if !strings.ContainsAny(text[start:i], "{(") {
				return i
			}
		case '/', '?', '#':
			path = true
		case ',', ';':
			next, _, _ := strings.Cut(text[i+1:], "/")
			if path && c == ',' || strings.Contains(next, ":") && strings.HasSuffix(next, ":") && len(next) > 1 || next == "" {
				return i
			}
			if c == ';' && !strings.Contains(next, "=") {
				return i
			}
		}
	}
	return i
}

// url adds the addresses of one URL, whose scheme was cut off.
func (f *finder) url(scheme, rest string) {
	if plain, looked := cutLookup(scheme); looked {
		scheme = plain
	}
	if nonServiceSchemes[scheme] || !isScheme(scheme) {
		return
	}
	if scheme == "dns" || scheme == "xds" { // dns://resolver/host:port, dns:///host:port
		_, rest, _ = strings.Cut(rest, "/")
	}
	form := "url"
	if p := ProtocolOf(scheme); p.Kind != graph.KindUnknown {
		form = "dsn"
	}
	list := parseAuthority(scheme, rest)
	if len(list) > 1 {
		f.hosts++
	}
	// An unknown scheme may be a listener of a broker, or no scheme at all: static://200.
	known := ProtocolOf(scheme).Name == "" || scheme != "lb" && isShouted(rest)
	for _, a := range list {
		if f.way == "file" && (isSchemaHost(a.Host) || isPages(a.Host) || !f.key.address && isForPeople(a.Host) || f.key.isPage() && isHome(a.Host, rest)) {
			continue
		}
		f.add(a, form, known)
		if len(list) > 1 {
			f.found[len(f.found)-1].Hosts = f.hosts
		}
	}
}

// isShouted reports whether an authority begins with a word in capitals: the name of
// something that is filled in, or of a table, and rarely a host. A registry (lb://) has
// names in capitals.
func isShouted(authority string) bool {
	authority = authority[:strings.IndexAny(authority+"/", "/?#;")]
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	host = host[:strings.IndexAny(host+":", ":,")]
	return len(host) > 1 && !HasPlaceholder(host) && !strings.Contains(host, ".") && host == strings.ToUpper(host) && host != strings.ToLower(host)
}

// isSchemaHost reports whether URLs of a host in configuration files identify a schema or a
// licence and are not called.
func isSchemaHost(host string) bool {
	switch host {
	case "www.w3.org", "json-schema.org", "schemas.xmlsoap.org", "www.apache.org", "maven.apache.org", "www.springframework.org", "xmlns.jcp.org", "java.sun.com", "logging.apache.org", "schema.management.azure.com":
		return true
	}
	return false
}

// namesService reports whether the key of a file may be for the name of something else than
// a host: what it says counts only if it is a service of the inputs.
func (f *finder) namesService(host string) bool {
	n := len(f.key.Words)
	if f.way != "file" || n == 0 || strings.Contains(host, ".") || isIP(host) {
		return false
	}
	switch f.key.Words[n-1] {
	case "service", "servicename", "name":
		return true
	}
	return false
}

// isHome reports whether a URL is the home page of a site.
func isHome(host, rest string) bool {
	_, path, _ := strings.Cut(rest, "/")
	return path == "" && strings.HasPrefix(host, "www.") && IsDomain(host)
}

// isForPeople reports whether a host has pages to read: URLs in configuration files that
// no key calls an address link to them.
func isForPeople(host string) bool {
	label, _, _ := strings.Cut(host, ".")
	switch label {
	case "docs", "wiki", "help", "support", "www", "blog", "forum", "discuss":
		return IsDomain(host)
	}
	switch host {
	case "github.com", "raw.githubusercontent.com", "gitlab.com", "twitter.com", "x.com", "facebook.com", "linkedin.com", "youtube.com", "medium.com",
		"stackoverflow.com", "en.wikipedia.org", "bit.ly", "goo.gl", "discord.gg", "t.me", "golang.org", "pkg.go.dev", "readthedocs.io":
		return true
	}
	return false
}

// isPages reports whether a host has nothing but pages to read.
func isPages(host string) bool {
	return strings.HasSuffix(host, ".readthedocs.io") || strings.HasSuffix(host, ".github.io")
}

// dataSource reads connection strings made of key=value pairs, as ADO and libpq
// have them, and the jdbc forms without "//". It reports whether text was one.
func (f *finder) dataSource(text string) bool {
	if rest, ok := strings.CutPrefix(text, "jdbc:oracle:"); ok && !strings.Contains(rest, "//") {
		if _, at, ok := strings.Cut(rest, "@"); ok {
			if h, port, ok := oracleHost(at); ok {
				f.add(graph.Address{Scheme: "oracle", Host: h, Port: port, Database: at[strings.LastIndexAny(at, ":/")+1:]}, "dsn", false)
			}
		}
		return true
	}
	if _, at, ok := strings.Cut(text, "@tcp("); ok && !strings.Contains(text, "://") { // Go's mysql driver
		host, tail, _ := strings.Cut(at, ")")
		if h, port, ok := SplitHostPort(host); ok {
			f.add(graph.Address{Scheme: "mysql", Host: h, Port: port, Database: databaseOf(tail)}, "dsn", false)
		}
		return true
	}
	if !strings.Contains(text, "=") || strings.Contains(text, "://") {
		return false
	}
	sep := ";"
	if !strings.Contains(text, ";") {
		sep = " "
	}
	var a graph.Address
	var more []string
	pairs := 0
	for _, kv := range strings.Split(text, sep) {
		k, v, ok := strings.Cut(kv, "=")
		v = strings.Trim(strings.TrimSpace(v), `"'`)
		if !ok || strings.HasPrefix(k, "-") {
			continue
		}
		pairs++
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "host", "server", "data source", "datasource", "addr", "address", "network address", "hostname":
			v = strings.TrimPrefix(v, "tcp:")
			host, port, _ := strings.Cut(v, ",")
			host, _, _ = strings.Cut(host, `\`)
			switch {
			case port != "" && strings.Trim(port, "0123456789 ") != "": // no port, but further hosts
				more = strings.Split(port, ",")
			case port != "":
				host += ":" + strings.TrimSpace(port)
			}
			if h, p, ok := SplitHostPort(host); ok {
				a.Host, a.Port = h, max(p, a.Port)
			}
		case "port":
			first, _, _ := strings.Cut(v, ",") // one for each host
			if _, p, ok := SplitHostPort("x:" + first); ok {
				a.Port = p
			}
		case "database", "initial catalog", "dbname":
			a.Database = v
		}
	}
	if a.Host == "" || pairs < 2 {
		return false
	}
	// The pairs do not show the product; the port may.
	a.Scheme = ports[a.Port]
	f.add(a, "dsn", false)
	for _, host := range more {
		if h, p, ok := SplitHostPort(strings.TrimSpace(host)); ok {
			b := a
			b.Host, b.Port = h, cmp.Or(p, a.Port)
			f.add(b, "dsn", false)
		}
	}
	if len(f.found) > 1 {
		for i := range f.found {
			f.found[i].Hosts = 1
		}
	}
	return true
}

func oracleHost(at string) (string, int, bool) {
	parts := strings.FieldsFunc(at, func(r rune) bool { return r == ':' || r == '/' })
	switch len(parts) {
	case 0, 1:
		return "", 0, false
	default:
		return SplitHostPort(parts[0] + ":" + parts[1])
	}
}

// token adds the address in one word that is not a URL: host:port, or a bare host if the
// key names a host.
func (f *finder) token(s string) {
	i := strings.LastIndexByte(s, '=')
	bare := f.key.host && i < 0 // in "password=x" the key of the setting does not apply
	store := f.key.store && i < 0
	s = s[i+1:]
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		if !strings.Contains(s[i:], ":") && !(f.key.host && s[:i] == "rabbit") { // the name of an Erlang node
			return // an e-mail address
		}
		s = s[i+1:]
	}
	s, looked := cutLookup(s)
	s, path, _ := strings.Cut(s, "/")
	if s == "" {
		return
	}
	if strings.Contains(path, ":") && !strings.Contains(s, ":") { // the seeds of a replica set: "rs0/m0:27017"
		s, path = path, ""
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 && isPort(s[i+1:]) && strings.Count(s, ":") == 2 && f.key.address {
		s = s[:i] // the two ports of a member of ZooKeeper: "zoo1:2888:3888"
	}
	host, port, ok := SplitHostPort(s)
	if !ok || HasPlaceholder(host) && !f.key.address {
		return
	}
	looked = looked && (port > 0 || strings.Contains(host, "."))
	host = withoutService(host)
	hasLetter := strings.IndexFunc(host, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
	switch {
	case looked && hasLetter:
		f.add(graph.Address{Host: host, Port: port}, "hostport", false)
	case port > 0 && (hasLetter || isIP(host)):
		a := graph.Address{Host: host, Port: port}
		if ProtocolOn("", port).database && path != "" {
			a.Database = path
		}
		f.add(a, "hostport", !f.key.address || f.namesService(host))
	case port == 0 && IsDomain(host) && (f.key.host || f.key.name && isClusterName(host)) && path == "" && !notHosts.Has(host):
		f.add(graph.Address{Host: host}, "host", f.words)
	case port == 0 && bare && path == "" && hasLetter && !HasPlaceholder(host) && !notHosts.Has(host) && !isFile(host):
		f.add(graph.Address{Host: host}, "host", true)
		f.found[len(f.found)-1].Word = !isShouted(s) && !strings.Contains(host, "_") // else it stays in doubt, with a port, too
	case port == 0 && store && path == "" && hasLetter && !HasPlaceholder(host) && !notHosts.Has(host) && !strings.Contains(host, "."):
		f.add(graph.Address{Host: host}, "host", true)
	case port == 0 && bare && path == "" && HasPlaceholder(host) && strings.HasSuffix(host, "}"):
		f.add(graph.Address{Host: host}, "host", true)
	case port == 0 && f.key.address && isIP(host) && path == "":
		f.add(graph.Address{Host: host}, "host", f.key.digits || !f.key.host)
	}
}

// NamesIn returns the words of a text that may be names of services.
func NamesIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
