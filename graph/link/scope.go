package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/shell"
)

// origin returns the place of the first setting.
func (s *scope) origin() graph.Origin {
	if len(s.values) == 0 {
		return graph.Origin{}
	}
	return s.values[0].Origin
}

// lookup returns the value of an environment variable of the scope. Files that belong to a
// program by its name see the environment of its containers, where these agree.
func (s *scope) lookup(name string) (string, bool) {
	if v, ok := s.own(name); ok || len(s.program) < 2 || !s.isFiles() {
		return v, ok
	}
	text, found := "", false
	for _, other := range s.program {
		if v, ok := other.own(name); ok && found && v != text {
			return "", false
		} else if ok {
			text, found = v, true
		}
	}
	return text, found
}

// own returns the value of a variable that the scope itself has.
func (s *scope) own(name string) (string, bool) {
	if s.env == nil {
		s.env = make(map[string]string, len(s.values))
		for i := range s.values {
			if v := &s.values[i]; v.Source == graph.FromEnv {
				s.env[v.Key] = v.Text
			}
		}
	}
	v, ok := s.env[name]
	return v, ok
}

// findSwitches finds the features that settings of the scope switch off:
// "-Dspring.zipkin.enabled=false", TRACING_ENABLED=0.
func (s *scope) findSwitches() {
	for i := range s.values {
		v := &s.values[i]
		if strings.Contains(v.Text, "=") {
			for _, token := range shell.Words(v.Text) {
				k, val, _ := strings.Cut(token, "=")
				s.turnOff(k, val)
			}
		}
		s.turnOff(v.Key, v.Text)
	}
}

func (s *scope) turnOff(key, value string) {
	if len(value) > 5 {
		return
	}
	on := false
	switch strings.ToLower(value) {
	case "false", "0", "no", "off":
	case "true", "1", "yes", "on":
		on = true
	default:
		return
	}
	words := address.Words(key)
	n := len(words)
	if n < 2 || words[n-1] != "enabled" && words[n-1] != "disabled" && words[n-1] != "enable" && words[n-1] != "disable" {
		return
	}
	if slices.Contains(words[:n-2], words[n-2]) { // KAFKA_CONFLUENT_TELEMETRY_CONFLUENT_ENABLED: it names more than the feature
		return
	}
	if on == strings.HasPrefix(words[n-1], "disable") {
		if s.off == nil {
			s.off = map[string]bool{}
		}
		s.off[words[n-2]] = true
	}
}

// switchedOff reports whether the setting belongs to a feature that is off.
func (s *scope) switchedOff(k address.Key) bool {
	return s.off != nil && slices.ContainsFunc(k.Words, func(w string) bool { return s.off[w] })
}

// maxExpansions is how deep variables may refer to variables.
const maxExpansions = 8

// expand replaces $(NAME), ${NAME}, ${NAME:-default} and ${NAME:default} by their values in
// the scope or of the platform. A variable without a value is kept as it is written, and of a text that
// becomes longer than those in which addresses are looked for only a part that is longer, too.
func (s *scope) expand(text string) string {
	for range maxExpansions {
		if !strings.Contains(text, "$") {
			return text
		}
		next := s.expandOnce(text)
		if next == text {
			return text
		}
		if !s.growth.allows(len(next) - len(text)) {
			s.growth.exceeded(s.origin())
			return ""
		}
		if text = next; len(text) > address.MaxText {
			return text
		}
	}
	return text
}

func (s *scope) expandOnce(text string) string {
	var b strings.Builder
	var braces, parens map[int]int // are found when they are needed
	done := 0
	for i := strings.IndexByte(text, '$'); i >= 0 && i+1 < len(text); {
		end := 0
		switch text[i+1] {
		case '(':
			if parens == nil {
				parens = closings(text[i:], i, '(', ')')
			}
			end = parens[i+1]
		case '{':
			if braces == nil {
				braces = closings(text[i:], i, '{', '}')
			}
			end = braces[i+1]
		}
		next := i + 1
		if end > 0 {
			next = end + 1
			if value, ok := s.variable(text[i+2 : end]); ok {
				b.WriteString(text[done:i])
				b.WriteString(value)
				done = next
				if b.Len() > address.MaxText {
					return b.String()
				}
			}
		}
		following := strings.IndexByte(text[next:], '$')
		if following < 0 {
			break
		}
		i = next + following
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// closings returns the places of the brackets that close those of one kind in a text, by the
// places of these. The text begins at an offset, which the places have too.
func closings(text string, offset int, open, closing byte) map[int]int {
	ends := map[int]int{}
	var opened []int
	for i := range len(text) {
		switch {
		case text[i] == open:
			opened = append(opened, offset+i)
		case text[i] == closing && len(opened) > 0:
			ends[opened[len(opened)-1]] = offset + i
			opened = opened[:len(opened)-1]
		}
	}
	return ends
}

// variable returns the value of the text between the brackets.
func (s *scope) variable(inner string) (string, bool) {
	name, fallback, has := strings.Cut(inner, ":")
	fallback = strings.TrimPrefix(fallback, "-")
	if v, ok := s.lookup(name); ok && !strings.Contains(v, "("+name+")") && !strings.Contains(v, "{"+name) {
		return v, true
	}
	if relaxed := strings.ToUpper(strings.NewReplacer(".", "_", "-", "").Replace(name)); relaxed != name {
		if v, ok := s.lookup(relaxed); ok {
			return v, true
		}
	}
	if v, ok := s.fileSetting(name); ok {
		return v, true
	}
	if has {
		return fallback, true
	}
	// Kubernetes gives every pod the address of every Service of its namespace.
	if svc, ok := strings.CutSuffix(name, "_SERVICE_HOST"); ok && svc != "" {
		return strings.ToLower(strings.ReplaceAll(svc, "_", "-")), true
	}
	if svc, ok := strings.CutSuffix(name, "_SERVICE_PORT"); ok && svc != "" {
		return "", true
	}
	return "", false
}

// fileSetting returns the text of a setting with a name of several words, "app.store.host", in the files of
// the program, whichever of them has it: the value of a placeholder of Spring. It is unknown where the files
// differ about it.
func (s *scope) fileSetting(name string) (string, bool) {
	if !strings.Contains(name, ".") {
		return "", false
	}
	if s.texts == nil {
		s.texts = map[string]string{}
		list := s.program
		if list == nil {
			list = []*scope{s}
		}
		differs := map[string]bool{}
		for _, other := range list {
			for i := range other.values {
				v := &other.values[i]
				if v.Source != graph.FromFile || !strings.Contains(v.Key, ".") {
					continue
				}
				key := relaxed(v.Key)
				text, twice := s.texts[key]
				differs[key] = differs[key] || twice && text != v.Text
				s.texts[key] = v.Text
			}
		}
		for key := range differs {
			if differs[key] {
				delete(s.texts, key)
			}
		}
	}
	text, ok := s.texts[relaxed(name)]
	return text, ok && !strings.Contains(text, "{"+name)
}

// isOtherBinder reports whether a setting is one of a binder of Spring Cloud Stream, where the program says that its
// messages go to another one.
func (s *scope) isOtherBinder(key string) bool {
	rest, ok := strings.CutPrefix(key, "spring.cloud.stream.")
	if !ok {
		return false
	}
	binder, _, _ := strings.Cut(rest, ".")
	if !slices.Contains(streamBinders, binder) {
		return false
	}
	chosen, ok := s.fileSetting("spring.cloud.stream.default-binder")
	return ok && chosen != binder && slices.Contains(streamBinders, chosen)
}

// streamBinders are the binders by the names that they have unless they are given others.
var streamBinders = []string{"kafka", "rabbit", "pulsar", "solace"}

// addresses returns the addresses in all settings of the scope. They are searched at the
// first call.
func (s *scope) addresses() []found {
	if !s.searched {
		s.found, s.searched = s.search(), true
	}
	return s.found
}

func (s *scope) search() []found {
	var list []found
	var args []*setting
	var texts []string
	var declared routes
	filled := s.filledIn()
	for i := range s.values {
		v := &s.values[i]
		if v.Source == graph.FromArg {
			args, texts = append(args, v), append(texts, v.Text)
			continue
		}
		key := v.Key
		if v.Source == graph.FromEnv && v.In == nil {
			in := filled[strings.ToUpper(v.Key)]
			if name, place := declared.place(v.Value); place != nil {
				key, in = name, place
			}
			if in != nil {
				same := v.copy()
				same.In, v = in, &same
			}
		}
		if v.Source == graph.FromFile && (s.isMatch(v.Key) || s.isOtherBinder(v.Key)) {
			continue
		}
		for _, m := range address.Find(address.ParseKey(key), s.expand(v.Text), v.Source) {
			s.addSiblings(&m, v.Key)
			list = append(list, found{Candidate: m, value: v})
		}
	}
	if len(args) == 0 {
		return list
	}
	for i, m := range address.FindInArgs(texts, s.expand) {
		list = append(list, found{Candidate: m, value: args[i]})
	}
	return list
}

// filledIn returns the variables, in upper case, whose values a member of a group has in its address, with the
// place of that member: "server ${API_HOST}" in a template. The variable is that address and no
// further need of it.
func (s *scope) filledIn() map[string]*graph.Place {
	filled := map[string]*graph.Place{}
	s.notePlaces(filled)
	for _, other := range s.program {
		if other.isFiles() {
			other.notePlaces(filled)
		}
	}
	return filled
}

func (s *scope) notePlaces(filled map[string]*graph.Place) {
	for i := range s.values {
		v := &s.values[i]
		if v.In == nil || v.Source != graph.FromFile || !strings.Contains(v.Text, "${") {
			continue
		}
		for _, part := range strings.Split(v.Text, "${")[1:] {
			name := strings.ToUpper(part[:strings.IndexAny(part+"}", "}:")])
			if filled[name] == nil {
				filled[name] = v.In
			}
		}
	}
}

// isFiles reports whether the scope is the files of a program whose container is another scope:
// the files belong to the program by its name.
func (s *scope) isFiles() bool {
	return s.name == "" && !slices.ContainsFunc(s.values, func(v setting) bool { return v.Source != graph.FromFile })
}

// addSiblings adds the values of sibling settings: DB_PORT and DB_NAME to DB_HOST.
func (s *scope) addSiblings(m *address.Candidate, key string) {
	if m.Port == 0 && m.Scheme == "" {
		if p, ok := s.siblingValue(key, "port"); ok {
			if _, port, ok := address.SplitHostPort("x:" + p); ok && port > 0 {
				m.Port = port
				m.Known = m.Known && !m.Word
			}
		}
	}
	if m.Database == "" && (address.ProtocolOn(m.Scheme, m.Port).Kind == graph.KindDatabase || m.Scheme == "" && m.Port == 0 && isOfDatabase(key)) {
		for _, word := range []string{"name", "database", "dbname", "db"} {
			if db, ok := s.siblingValue(key, word); ok {
				m.Database = db
				return
			}
		}
	}
}

// isMatch reports whether a setting of a file is the host of the requests that a rule is for, and
// not one that is called: the rule says beside it where they go.
func (s *scope) isMatch(key string) bool {
	if last := key[strings.LastIndexAny(key, "._")+1:]; last != "host" && last != "hosts" && last != "hostname" {
		return false
	}
	for _, word := range destinationWords {
		if _, ok := s.siblingValue(key, word); ok {
			return true
		}
	}
	return false
}

var destinationWords = wordList(`destination destinations backend backends upstream upstreams target targets proxy_pass forwardTo proxyTo`)

// isOfDatabase reports whether the key of a host is for that of a database: DB_HOST, PGHOST.
func isOfDatabase(key string) bool {
	of := address.SiblingKey(key, "")
	return strings.HasSuffix(of, "PG") || kindByName(of) == graph.KindDatabase
}

func (s *scope) siblingValue(key, word string) (string, bool) {
	name := address.SiblingKey(key, word)
	if name == "" {
		return "", false
	}
	if v, ok := s.lookup(name); ok {
		return s.expand(v), true
	}
	for i := range s.values { // settings of files are not in the environment
		if v := &s.values[i]; v.Source == graph.FromFile && v.Key == name {
			return s.expand(v.Text), true
		}
	}
	return "", false
}
