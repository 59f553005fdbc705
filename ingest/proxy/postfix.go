package proxy

import (
	"strings"

	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

var (
	// postfixSign holds of the settings that only Postfix has.
	postfixSign = lazy.NewRegexp(`(?m)^(?:smtpd?_\w+|virtual_(?:transport|mailbox_\w+|alias_\w+)|relay_?(?:host|transport|_domains)|mailbox_transport|local_transport|default_transport|transport_maps|mynetworks|mydestination|myhostname)\s*=`)
	// postfixPlace matches what a transport, a milter or a policy server is at:
	// "inet:host:port", "lmtp:inet:host:port", "smtp:[host]:port", "[host]:port".
	postfixPlace = lazy.NewRegexp(`(?:^|[\s,{])((?:(?:lmtp|smtps?|relay|inet6?|uwsgi|error):)*)\[?([A-Za-z0-9_.\-]+)\]?(?::(\d{1,5}))?(?:[\s,}]|$)`)
	// postfixTable matches a table that another program answers for, in any setting:
	// "socketmap:inet:host:port:name", "tcp:host:port".
	postfixTable = lazy.NewRegexp(`(?:^|[\s,=])(?:socketmap:inet|tcp):([A-Za-z0-9_.\-]+:\d{1,5})(?::\w+)?(?:[\s,]|$)`)
)

// postfixKeys end the settings of Postfix that name another program.
var postfixKeys = []string{"transport", "relayhost", "milters", "sasl_path", "content_filter", "policy_service", "smtpd_recipient_restrictions", "smtpd_relay_restrictions", "smtpd_end_of_data_restrictions", "smtpd_client_restrictions", "smtpd_sender_restrictions"}

func looksLikePostfix(name, text string) bool {
	return name == "main.cf" || strings.HasSuffix(name, ".cf") && postfixSign.MatchString(text)
}

// readPostfix reads main.cf. A line that begins with a blank goes on with the one before.
// Only what a prefix or a port shows to be a place in the network is taken.
func readPostfix(s *settings.Collector, _, text string) bool {
	key := ""
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		from := 0
		if line[0] != ' ' && line[0] != '\t' {
			name, _, ok := strings.Cut(line, "=")
			if !ok {
				key = ""
				continue
			}
			key, from = strings.TrimSpace(name), len(name)+1
		}
		if key != "" {
			readPostfixPlaces(s, i+1, from, key, line)
			for _, m := range postfixTable.FindAllStringSubmatchIndex(line, -1) {
				s.Add(i+1, m[2]+1, key+".host", line[m[2]:m[3]])
			}
		}
	}
	return len(s.Values) > 0
}

func readPostfixPlaces(s *settings.Collector, line, from int, key, text string) {
	names := false
	for _, end := range postfixKeys {
		names = names || strings.HasSuffix(key, end)
	}
	if !names {
		return
	}
	for from < len(text) {
		m := postfixPlace.FindStringSubmatchIndex(text[from:])
		if m == nil {
			return
		}
		prefix, host, port := text[from+m[2]:from+m[3]], text[from+m[4]:from+m[5]], ""
		if m[6] >= 0 {
			port = text[from+m[6] : from+m[7]]
		}
		bracket := strings.Contains(text[from+m[3]:from+m[4]], "[")
		if port == "" && (bracket && key != "" || key == "relayhost") {
			port = "25"
		}
		if port != "" && !strings.HasPrefix(prefix, "error") && (prefix != "" || bracket || key == "relayhost") {
			s.Add(line, from+m[4]+1, key+".host", host+":"+port)
		}
		from += max(m[5], m[1]-1)
	}
}
