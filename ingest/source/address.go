package source

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/graph"
	addresses "github.com/weirgraph/weir/graph/address"
)

// address is a string with an address in it, in the place of one: a URL, a host with its port, a connection
// string.
var address = &Idiom{
	Name: "address",
	Doc:  "an address in a string: http://cart:8080, cart:7070, Host=db;Database=shop",
	find: findAddress,
}

func findAddress(f *file, i int) int {
	if !mayBeAddress(inside(&f.code, i)) || f.lang.Name == "c" && f.byte(i-1) == '<' && f.byte(i-2) == '<' { // << writes a message
		return i
	}
	start := i
	if f.byte(i-1) == '(' && isFormat(f.chainBefore(i-1)) {
		start = f.chainStart(i - 1)
	}
	v, end := f.eval(start)
	if !isAddress(v.text) || isHidden(v.text) {
		return i
	}
	s := f.spotOf(start)
	if s.speaks() || f.isInList(start) {
		return max(end, i+1)
	}
	if name, ok := registered(v.text); ok {
		f.show(i, graph.CodePlace{Kind: graph.CodeName, Way: "source-registry", Key: s.name(), Text: name})
		return max(end, i+1)
	}
	p := graph.CodePlace{Kind: graph.CodeAddress, Key: s.name(), Text: v.text, Client: s.isClient(), Name: f.exported(start)}
	p.Symbol = f.unused(&s, start, end)
	f.show(i, p)
	return max(end, i+1)
}

// isHidden reports whether the code does not show the host of an address.
func isHidden(text string) bool {
	_, rest, ok := strings.Cut(text, "://")
	if authority, _, _ := strings.Cut(rest, "/"); ok {
		return strings.HasPrefix(authority[strings.LastIndexByte(authority, '@')+1:], unknown.text)
	}
	return false
}

// registered returns the name in an address that is looked up in a registry: discovery:///cart.
func registered(text string) (string, bool) {
	scheme, name, ok := strings.Cut(text, ":///")
	switch scheme {
	case "discovery", "etcd", "consul", "nacos", "polaris", "eureka", "zk", "kubernetes":
		return strings.Trim(name, "/"), ok && name != ""
	}
	return "", false
}

// unused returns the name of the constant that is the value that begins at a token and ends before another one, if the
// file has it nowhere else: whether it is called other files say. It is "" if there is none.
func (f *file) unused(s *spot, start, end int) string {
	if !isConstant([]byte(s.key)) || s.call != "" || !f.assigned(start) || f.refers(s.key, start, end) {
		return ""
	}
	return s.key
}

// assigned reports whether what begins at a token is the value of a name, and not of a key in a text.
func (f *file) assigned(i int) bool {
	return f.byte(i-1) == '=' && f.kind(f.declared(i-2)) == word
}

// refers reports whether a file has a name in more places than one, but for those in the value that begins at a token
// and ends before another one.
func (f *file) refers(name string, start, end int) bool {
	n := f.times(name)
	for i := start; i < end; i++ {
		switch f.kind(i) {
		case word:
			if f.is(i, name) {
				n--
			}
		case text:
			for in := range f.namedIn(i) {
				if string(in) == name {
					n--
				}
			}
		}
	}
	return n > 1
}

// times returns how often a name is in the file, without the lists of what it exports.
func (f *file) times(name string) int {
	if f.words == nil {
		f.words = map[string]int{}
		for i := 0; i < len(f.tokens); i++ {
			switch f.tokens[i].kind {
			case punct:
				if f.listsExports(i) {
					i = f.closing(i)
				}
			case word:
				f.words[string(f.bytes(i))]++
			case text:
				for name := range f.namedIn(i) {
					f.words[string(name)]++
				}
			}
		}
	}
	return f.words[name]
}

// listsExports reports whether a bracket opens the names that a file of JavaScript exports: module.exports = { A, B }.
func (f *file) listsExports(i int) bool {
	if f.src[f.tokens[i].start] != '{' || f.lang.Name != "javascript" && f.lang.Name != "typescript" || f.byte(i+2) != ',' && f.byte(i+2) != '}' {
		return false
	}
	return f.is(i-1, "export") || f.is(i-1, "default") && f.is(i-2, "export") || f.byte(i-1) == '=' && f.is(i-2, "exports")
}

// mayBeAddress reports whether the text of a string may begin an address, without the expressions in it.
func mayBeAddress(body []byte) bool {
	const longest = 1000
	if len(body) < 4 || len(body) > longest {
		return false
	}
	if at := bytes.Index(body, []byte("://")); at >= 0 {
		return at > 0
	}
	if bytes.IndexByte(body, '=') > 0 && bytes.IndexByte(body, ';') > 0 || bytes.Contains(body, []byte("@tcp(")) {
		return true
	}
	at := bytes.LastIndexByte(body, ':')
	if at <= 0 || at+1 >= len(body) || bytes.IndexByte(body, ' ') >= 0 {
		return false
	}
	c := body[at+1]
	return c >= '0' && c <= '9' || c == '$' || c == '{' || c == '%' || c == '#'
}

// isAddress reports whether a text is one address, or a list of them: a message that has one among its words
// is none.
func isAddress(text string) bool {
	text = strings.TrimSpace(text)
	if at := strings.Index(text, "://"); at > 0 {
		return isSchemes(text[:at]) && !strings.ContainsAny(text[at+3:], " <>\"'") && len(text) > at+3
	}
	if strings.ContainsAny(text, "=") {
		lower := strings.ToLower(text)
		for _, key := range []string{"host=", "server=", "data source=", "datasource=", "address=", "@tcp("} {
			if strings.HasPrefix(lower, key) || strings.Contains(lower, ";"+key) || key[0] == '@' && strings.Contains(lower, key) {
				return true
			}
		}
		return false
	}
	if strings.Contains(text, "@tcp(") {
		return true
	}
	at := strings.LastIndexByte(text, ':')
	if at <= 0 || strings.ContainsAny(text, " <>\"'()") {
		return false
	}
	host, port := text[:at], text[at+1:]
	if slash := strings.IndexByte(port, '/'); slash >= 0 {
		port = port[:slash]
	}
	if strings.Contains(text, "${") {
		return strings.Contains(text, ":-") && !strings.HasPrefix(text, ":")
	}
	if len(port) < 2 || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return false
	}
	for _, c := range []byte(host) {
		if classes[c] < isLetter && c != '.' && c != '-' || c == '$' || c >= 0x80 {
			return false
		}
	}
	return classes[host[0]] == isLetter
}

// isSchemes reports whether what is before "://" is the name of a scheme, or several: jdbc:postgresql.
func isSchemes(s string) bool {
	if len(s) > 30 {
		return false
	}
	for _, c := range []byte(s) {
		if classes[c] < isLetter && c != ':' && c != '+' && c != '-' && c != '.' && c != '%' && c != '{' && c != '}' {
			return false
		}
	}
	return true
}

// name returns what the value of a spot is called: its key, else the function that takes it.
func (s *spot) name() string {
	if s.key != "" && (s.call == "" || s.key != "err" && s.key != "ok") {
		return strings.TrimPrefix(s.key, "$")
	}
	return s.last
}

// speaks reports whether a text is said to people, compared or declared, and not called.
func (s *spot) speaks() bool {
	if isSpeech(s.call) || isListed(s.name()) || isListed(s.last) {
		return true
	}
	for _, call := range s.more {
		if isSpeech(call) || isListed(lastName(call)) {
			return true
		}
	}
	return false
}

// isSpeech reports whether a function writes messages, or is one of tests.
func isSpeech(chain string) bool {
	lower := strings.ToLower(chain)
	last := lastName(lower)
	switch last {
	case "log", "debug", "info", "warn", "warning", "trace", "fatal", "print", "println", "printf", "fprintf", "fprintln", "eprintln", "errorf", "infof", "debugf", "warnf", "fatalf", "logf", "panic", "puts",
		"error", "exception", "loginformation", "logwarning", "logerror", "logdebug", "logtrace", "writeline", "console.write", "describe", "expect", "assert", "echo", "newerror", "alert":
		return true
	}
	switch lower { // the members of a store
	case "rs.initiate", "rs.add", "rs.reconfig", "sh.addshard":
		return true
	}
	return strings.HasPrefix(last, "assert") || strings.HasSuffix(last, "exception") || strings.HasSuffix(last, "error") && !strings.HasPrefix(last, "on") ||
		strings.HasPrefix(lower, "console.") || strings.HasPrefix(lower, "logger.") || strings.HasPrefix(lower, "log.") && last != "new" || strings.HasPrefix(lower, "logging.")
}

// isListed reports whether a name is for addresses that are let in, linked or compared, and not called.
func isListed(name string) bool {
	lower := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	for _, part := range []string{"origin", "cors", "redirect", "callback", "xmlns", "namespace", "schema", "swagger", "openapi", "license", "homepage", "issuer", "audience", "contacturl", "logouturi", "returnurl", "corsallowed", "postlogout", "href", "useragent"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// isClient reports whether a function, or what is configured, sends requests to an address.
func (s *spot) isClient() bool {
	if s.part && !addresses.ParseKey(s.key).IsAddress() { // of the body or the headers of a request
		return false
	}
	if isClientCall(s.call) {
		return true
	}
	switch strings.ToLower(strings.ReplaceAll(s.key, "_", "")) {
	case "baseurl", "baseuri", "baseaddress", "requesturi", "prefixurl":
		return true
	}
	for _, call := range s.more {
		if isClientCall(call) {
			return true
		}
	}
	return false
}

// isClientCall reports whether a function sends a request, or makes a client, by its name.
func isClientCall(chain string) bool {
	lower := strings.ToLower(chain)
	switch last := lastName(lower); last {
	case "fetch", "axios", "got", "ky", "superagent", "needle", "urlopen", "getforobject", "getforentity", "postforobject", "postforentity", "patchforobject", "exchange", "newrequest", "newrequestwithcontext",
		"getasync", "postasync", "putasync", "deleteasync", "patchasync", "sendasync", "getstringasync", "getstreamasync", "getbytearrayasync", "getfromjsonasync", "postasjsonasync", "putasjsonasync",
		"curl_init", "file_get_contents", "request_uri", "$fetch", "baseurl", "base_url", "httprequestmessage", "httpget", "httppost", "httpput", "httpdelete", "reqwest.get", "net.http.get":
		return true
	case "get", "post", "put", "patch", "delete", "head", "request", "uri", "url", "target", "create", "extend":
		owner := strings.TrimSuffix(lower, "."+last)
		return strings.Contains(owner, "axios") || strings.Contains(owner, "http") || strings.Contains(owner, "client") || strings.Contains(owner, "requests") || strings.Contains(owner, "session") ||
			strings.Contains(owner, "request") || strings.Contains(owner, "resttemplate") || strings.Contains(owner, "faraday") || owner == "got" || owner == "needle" || strings.Contains(owner, "reqwest")
	}
	return false
}
