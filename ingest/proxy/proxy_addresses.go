package proxy

import (
	"strings"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
)

var haproxyBackend = lazy.NewRegexp(`(?m)^(?:backend|listen)\s+\S+`)

func looksLikeHAProxy(name, text string) bool {
	return strings.HasPrefix(name, "haproxy") && !strings.HasSuffix(name, ".sh") ||
		strings.Contains(text, "server ") && !strings.Contains(text, ";\n") && haproxyBackend.MatchString(text)
}

func isEnvoy(_ string, root document.Node) bool { return isEnvoyConfig(root) || isEnvoyPart(root) }

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
