package graph

import "strings"

// arguments finds the addresses on command lines. The words of one container are
// read as one line, because a flag and its value may stand in two of them.
func (s *scope) arguments(args []*setting) []found {
	var list []found
	flag := ""
	near := 0 // how many more words may be the host that a command before them takes
	if len(args) > 0 && isSpeech(strings.TrimSpace(args[0].Text)) {
		return nil
	}
	for _, v := range args {
		words := strings.FieldsFunc(s.expand(withoutSpeech(v.Text)), isBlank)
		for i, w := range words {
			name := w
			if k, val, ok := strings.Cut(w, "="); ok && !strings.Contains(k, "/") && !strings.Contains(k, ":") {
				flag, name = k, val
			} else if strings.HasPrefix(w, "-") {
				flag = w
				continue
			}
			key := inspect(strings.TrimLeft(flag, "-"))
			if len(key.words) == 1 && key.words[0] == "h" {
				key.host, key.address = true, true
			}
			bare := key.host || near > 0
			if i+1 < len(words) && isPort(words[i+1]) {
				bare = true
			}
			list = append(list, s.argument(v, key, name, bare)...)
			if near--; networkCommands[w[strings.LastIndexByte(w, '/')+1:]] {
				near = 2
			}
			flag = ""
		}
	}
	return list
}

// argument finds the addresses in one word of a command line. A bare word is a
// hint at most.
func (s *scope) argument(v *setting, key keyInfo, word string, bare bool) []found {
	var list []found
	ms := mentions(key, word, WayArg)
	if len(ms) == 0 && bare && !key.own && !key.ignored {
		if host, port, ok := splitHostPort(word); ok && port == 0 && !isUnexpanded(host) {
			ms = []mention{{Address: Address{Host: host}, way: "arg-host", word: true}}
		}
	}
	for _, m := range ms {
		if m.word || m.way == "arg-host" && !isDomain(m.Host) {
			m.way, m.strength, m.known, m.word = "arg-host", Weak, true, false
		}
		list = append(list, found{m, key, v})
	}
	return list
}
