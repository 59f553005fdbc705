package proxy

import (
	"regexp"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

var haproxyBackend = regexp.MustCompile(`(?m)^(?:backend|listen)\s+\S+`)

func looksLikeHAProxy(name, text string) bool {
	return strings.HasPrefix(name, "haproxy") && !strings.HasSuffix(name, ".sh") ||
		haproxyBackend.MatchString(text) && strings.Contains(text, "server ") && !strings.Contains(text, ";\n")
}

func isEnvoy(_ string, root document.Node) bool { return isEnvoyConfig(root) || isEnvoyPart(root) }

// sidecarURL returns the address at which the sidecar of Dapr answers to a rewritten path,
// "/v1.0/invoke/APP/method/...", up to the method; false for any other path.
func sidecarURL(path string) (string, bool) {
	m := invokePath.FindString(path)
	return "http://localhost:3500" + m, m != ""
}

// invokedApp returns the app of Dapr that a rewritten path calls.
func invokedApp(path string) (graph.Ref, bool) {
	m := invokePath.FindStringSubmatch(path)
	if m == nil {
		return graph.Ref{}, false
	}
	name, namespace, _ := strings.Cut(m[1], ".")
	return graph.Ref{Realm: "dapr", Namespace: namespace, Name: name}, true
}

var invokePath = regexp.MustCompile(`^/v1\.0/invoke/([\w.-]+)/method(?:/|$)`)

// haproxyAddress takes the family off an address ("ipv4@host:port"). Sockets
// are no addresses.
func haproxyAddress(address string) string {
	if family, rest, ok := strings.Cut(address, "@"); ok && !strings.Contains(family, ":") {
		address = rest
	}
	if strings.HasPrefix(address, "/") {
		return ""
	}
	return address
}

// A lineWord is a word of a line with its column.
type lineWord struct {
	column int
	text   string
}

// wordsAt splits the rest of a line at spaces.
func wordsAt(line string, from int) []lineWord {
	var words []lineWord
	for i := from; i < len(line); {
		for i < len(line) && strings.IndexByte(" \t\r", line[i]) >= 0 {
			i++
		}
		start := i
		for i < len(line) && strings.IndexByte(" \t\r", line[i]) < 0 {
			i++
		}
		if i > start {
			words = append(words, lineWord{start + 1, line[start:i]})
		}
	}
	return words
}
