package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// markOwnAddresses marks the addresses in the settings of a program that are its own, in whatever setting.
func (l *linker) markOwnAddresses(of int, list []found) {
	own := map[string]bool{}
	for i := range list {
		m := &list[i]
		if mayBeOwn(m) && isOwnAddress(l.namesOfThings(of), m) {
			own[m.Host] = true
		}
	}
	if len(own) == 0 {
		return
	}
	for i := range list {
		list[i].own = own[list[i].Host]
	}
}

// namesOfThings returns the words of the different names of an entity's things and their images.
func (l *linker) namesOfThings(of int) [][]string {
	if names, ok := l.thingNames[of]; ok {
		return names
	}
	var names [][]string
	seen := map[string]bool{}
	for _, t := range l.entities[of].things {
		for _, name := range []string{t.Name, graph.ImageName(t.Image)} {
			if seen[name] {
				continue
			}
			seen[name] = true
			if words := address.Words(name); len(words) > 0 {
				names = append(names, words)
			}
		}
	}
	if l.thingNames == nil {
		l.thingNames = map[int][][]string{}
	}
	l.thingNames[of] = names
	return names
}

// mayBeOwn reports whether a setting can be the address under which outside its program itself is found, by its key and
// form: a path is one of a server that is called. A program called mail, with MAIL_HOST: mail.example.com,
// may well send to that one.
func mayBeOwn(m *found) bool {
	n := len(m.Key.Words)
	if n == 0 || !slices.Contains(ownEndings, m.Key.Words[n-1]) || !strings.Contains(m.Host, ".") || strings.Trim(m.Path, "/") != "" {
		return false
	}
	if n == 1 {
		return strings.HasPrefix(m.Key.Words[0], "host")
	}
	return !slices.Contains(commonNames, strings.Join(m.Key.Words[:n-1], ""))
}

// isOwnAddress reports whether a program with these names is found at an address: N8N_HOST: n8n.example.com in n8n.
// The key is the name of the program and a word for an address, or a word for a host alone, and the host begins with
// that name.
func isOwnAddress(names [][]string, m *found) bool {
	label, _, _ := strings.Cut(m.Host, ".")
	of, words := strings.Join(m.Key.Words[:len(m.Key.Words)-1], ""), address.Words(label)
	return slices.ContainsFunc(names, func(named []string) bool {
		whole := strings.Join(named, "")
		return (of == "" || whole == of) && (strings.Join(words, "") == whole || len(words) > len(named) && slices.Equal(words[:len(named)], named))
	})
}

// commonNames are those that servers of others have as well as programs of the estate.
var commonNames = []string{"mail", "email", "mailer", "smtp", "api", "auth", "login", "sso", "gateway", "backend", "server", "web", "app"}

// ownEndings end the keys of settings for an address.
var ownEndings = []string{"host", "hostname", "url", "uri", "domain", "fqdn"}
