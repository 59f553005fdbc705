package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// markOwnAddresses marks the addresses in the settings of a program that are its own, in whatever setting.
func markOwnAddresses(things []*graph.Entity, list []found) {
	own := map[string]bool{}
	for i := range list {
		if isOwnAddress(things, &list[i]) {
			own[list[i].Host] = true
		}
	}
	if len(own) == 0 {
		return
	}
	for i := range list {
		list[i].own = own[list[i].Host]
	}
}

// isOwnAddress reports whether a setting says under which address outside its program itself is found:
// N8N_HOST: n8n.example.com in n8n. Its key is the name of the program and a word for an address, or a word
// for a host alone, and the host begins with that name. A program called mail, with MAIL_HOST:
// mail.example.com, may well send to that one.
func isOwnAddress(things []*graph.Entity, m *found) bool {
	label, _, domain := strings.Cut(m.Host, ".")
	n := len(m.Key.Words)
	if !domain || n == 0 || !slices.Contains(ownEndings, m.Key.Words[n-1]) || n == 1 && !strings.HasPrefix(m.Key.Words[0], "host") {
		return false
	}
	of := strings.Join(m.Key.Words[:n-1], "")
	if slices.Contains(mailers, of) {
		return false
	}
	words := address.Words(label)
	return slices.ContainsFunc(things, func(t *graph.Entity) bool {
		for _, name := range []string{t.Name, graph.ImageName(t.Image)} {
			named := address.Words(name)
			whole := strings.Join(named, "")
			if whole != "" && (n == 1 || whole == of) && (strings.Join(words, "") == whole || len(words) > len(named) && slices.Equal(words[:len(named)], named)) {
				return true
			}
		}
		return false
	})
}

// mailers are programs that send mail to a server with such a name.
var mailers = []string{"mail", "email", "mailer", "smtp"}

// ownEndings end the keys of settings for an address.
var ownEndings = []string{"host", "hostname", "url", "uri", "domain", "fqdn"}
