package address

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/sanitize"
)

// Parse reads a single address as manifests write them: "host",
// "host:port", "scheme://user:password@host:port/path". It reports false if there
// is no host name in it. Credentials are dropped.
func Parse(s string) (graph.Address, bool) {
	s = strings.TrimSpace(s)
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		scheme, rest = "", s
	} else if !isScheme(scheme) {
		return graph.Address{}, false
	}
	list := parseAuthority(strings.ToLower(scheme), rest)
	if len(list) != 1 {
		return graph.Address{}, false
	}
	return list[0], true
}

// HostOf returns the host of a name that is an address with a scheme or credentials, and any other
// name as it is.
func HostOf(name string) string {
	if !strings.Contains(name, "://") && sanitize.Credentials(name) == name {
		return name
	}
	if a, ok := Parse(name); ok {
		return a.Host
	}
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	if i := strings.IndexAny(name, "/?#;"); i >= 0 {
		name = name[:i]
	}
	return name[strings.LastIndexByte(name, '@')+1:]
}

// isScheme reports whether s can precede "://". Kafka's listeners put
// underscores into theirs.
func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || (s[i] < '0' || s[i] > '9') && s[i] != '+' && s[i] != '.' && s[i] != '-' && s[i] != '_') {
			return false
		}
	}
	return s != ""
}

// parseAuthority reads what follows "scheme://": credentials, one or several
// hosts, and what comes after them.
func parseAuthority(scheme, s string) []graph.Address {
	authority, tail := s, ""
	if i := strings.IndexAny(s, "/?#;"); i >= 0 {
		authority, tail = s[:i], s[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	db := ""
	if ProtocolOf(scheme).database {
		db = databaseOf(tail)
	}
	if db == "admin" && strings.HasPrefix(scheme, "mongodb") {
		db = "" // where MongoDB keeps its users, to which every program logs in
	}
	var list []graph.Address
	for _, host := range strings.Split(authority, ",") {
		h, port, ok := SplitHostPort(host)
		if !ok {
			return nil
		}
		list = append(list, graph.Address{Scheme: scheme, Host: withoutService(h), Port: port, Path: pathOf(tail), Database: db})
	}
	return list
}

func pathOf(tail string) string {
	if !strings.HasPrefix(tail, "/") {
		return ""
	}
	if i := strings.IndexAny(tail, "?#;"); i >= 0 {
		return tail[:i]
	}
	return tail
}

// databaseOf finds the database in what follows the host of a data source:
// "/orders?ssl=true", ";databaseName=orders".
func databaseOf(tail string) string {
	if strings.HasPrefix(tail, "/") {
		name := strings.Trim(pathOf(tail), "/")
		name, _, _ = strings.Cut(name, "/")
		return name
	}
	for _, kv := range strings.FieldsFunc(tail, func(r rune) bool { return r == ';' || r == '?' || r == '&' }) {
		if k, v, _ := strings.Cut(kv, "="); strings.EqualFold(k, "databaseName") || strings.EqualFold(k, "database") {
			return v
		}
	}
	return ""
}

// SplitHostPort reads "host", "host:port", "[v6]:port". It reports false if the
// host is no name or address, or the port no port.
func SplitHostPort(s string) (host string, port int, ok bool) {
	if strings.HasPrefix(s, "[") {
		host, rest, found := strings.Cut(s[1:], "]")
		if _, err := netip.ParseAddr(host); !found || err != nil {
			return "", 0, false
		}
		port, _ := strconv.Atoi(strings.TrimPrefix(rest, ":"))
		return strings.ToLower(host), port, true
	}
	host, p, has := strings.Cut(s, ":")
	if has && p != "" && !HasPlaceholder(p) {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 {
			return "", 0, false
		}
		port = n
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if !isHostName(host) {
		return "", 0, false
	}
	return host, port, true
}

// cutLookup cuts off what Thanos, Mimir and Loki have before the address of a program whose members
// they look up in the DNS themselves: "dns+db:9042", "dnssrv+_grpc._tcp.store.monitoring".
func cutLookup(s string) (rest string, looked bool) {
	for _, p := range []string{"dns+", "dnssrv+", "dnssrvnoa+"} {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return rest, true
		}
	}
	return s, false
}

// withoutService returns the host of a name of an SRV record: "store.monitoring" of
// "_grpc._tcp.store.monitoring".
func withoutService(host string) string {
	if !strings.HasPrefix(host, "_") {
		return host
	}
	_, rest, _ := strings.Cut(host, ".")
	for _, protocol := range []string{"_tcp.", "_udp."} {
		if name, ok := strings.CutPrefix(rest, protocol); ok {
			return name
		}
	}
	return host
}

// isClusterName reports whether a host is the whole name of a Service in a cluster.
func isClusterName(host string) bool {
	labels := strings.Split(host, ".")
	return len(labels) > 2 && labels[2] == "svc"
}

// isPort reports whether s can be the number of a port.
func isPort(s string) bool {
	return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// isHostName reports whether s can be a host: labels of letters, digits, hyphens
// and underscores, which compose allows. Unexpanded variables are let through, so
// that they can be reported.
func isHostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	if HasPlaceholder(s) {
		return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_${}<>%()") == ""
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// HasPlaceholder reports whether a host holds a variable or a placeholder that
// nothing in the inputs gives a value to.
func HasPlaceholder(s string) bool { return strings.ContainsAny(s, "${}<>%") }

// NameBefore returns the name of a Service in a host whose namespace or domain is a variable, in
// the forms "cart.$(NAMESPACE)", "cart.${ns}.svc.cluster.local" and "cart${DOMAIN_SUFFIX}"; false
// for any other host.
func NameBefore(host string) (name string, ok bool) {
	m := variableRest.FindStringSubmatch(host)
	if m == nil {
		return "", false
	}
	words := Words(cmp.Or(m[3], m[4]))
	within := m[2] == "." && (m[5] != "" || slices.ContainsFunc(words, isNamespaceWord))
	return m[1], within || m[2] == "" && slices.ContainsFunc(words, func(w string) bool { return isNamespaceWord(w) || w == "domain" || w == "suffix" })
}

func isNamespaceWord(w string) bool { return w == "namespace" || w == "ns" }

var variableRest = lazy.NewRegexp(`^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(\.?)(?:\$\{(\w+)\}|\$\((\w+)\))(\.svc(?:\.[a-z0-9.${}()_-]+)?)?$`)

// IsUnfilled reports whether a host has the form of the name of a Service in a cluster and is none, as
// its labels have what the DNS of a cluster does not allow: "shop.SHOP_NAMESPACE.svc.cluster.local"
// is filled in by a tool.
func IsUnfilled(host string) bool {
	return strings.Contains(host, "_") && strings.Contains(strings.ToLower(host)+".", ".svc.")
}

// IsPlaceholder reports whether a host that no input declares is the word of a template that is to
// be filled in: "changeme", "your-domain.com", "xxx", "example.com" itself. Hosts below the domains for
// documentation are taken as they are written.
func IsPlaceholder(host string) bool {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	switch host {
	case "example.com", "example.org", "example.net", "domain.com", "mydomain.com":
		return true
	}
	if strings.HasSuffix(host, ".invalid") {
		return true
	}
	first, _, _ := strings.Cut(host, ".")
	words := strings.FieldsFunc(first, func(r rune) bool { return r == '-' || r == '_' })
	if len(words) == 0 {
		return false
	}
	switch strings.Join(words, "") {
	case "host", "hostname", "changeme", "changethis", "replaceme", "replacethis", "fillme", "fillin", "placeholder", "fixme", "todo", "tbd", "foobar":
		return true
	}
	if n := len(words); n > 2 && words[n-2] == "to" && (words[n-1] == "change" || words[n-1] == "replace") { // my-server-url-to-change
		return true
	}
	return words[0] == "your" && len(words) > 1 || len(first) > 2 && strings.Trim(first, "x") == ""
}

// isIP reports whether a host is an IP address in digits.
func isIP(host string) bool {
	if host == "" || host[0] > '9' && !strings.Contains(host, ":") {
		return false // the common case, without the parser
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// IsLocal reports whether a host is the local machine: a service listens on such an
// address, or reaches a sidecar there whose own configuration declares the callees.
func IsLocal(host string) bool {
	switch host {
	case "localhost", "0.0.0.0", "::", "::1", "host.docker.internal", "kubernetes.docker.internal", "localhost.localdomain":
		return true
	}
	return strings.HasPrefix(host, "127.") && isIP(host) || strings.HasSuffix(host, ".localhost")
}

// IsDomain reports whether a host without scheme or port can only be a domain
// name: several labels, the last one of letters and no file's suffix.
func IsDomain(host string) bool {
	i := strings.LastIndexByte(host, '.')
	if i <= 0 || len(host)-i < 3 || HasPlaceholder(host) {
		return false
	}
	for _, c := range host[i+1:] {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return !isFile(host)
}

// isFile reports whether a word reads as the name of a file.
func isFile(word string) bool {
	i := strings.LastIndexByte(word, '.')
	return i >= 0 && fileSuffix.Has(word[i+1:])
}

// fileSuffix has the endings that are taken for those of files, even if a domain can have
// them.
var fileSuffix = lazy.NewWords(`yaml yml json xml toml ini conf cfg config properties env txt log csv md html htm
	js mjs cjs ts tsx jsx css py rb go rs java class jar war kt cs dll exe sh bash bat php sql db sqlite proto so
	pem crt cer key pub jks pfx csr tar gz tgz zip zst png jpg jpeg svg gif ico pdf sock pid lock tmp bin dat tpl`)
