package address

import (
	"iter"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// networkCommands take a host as an argument without a flag.
var networkCommands = wordSet(`nc ncat netcat telnet curl wget ping dig nslookup getent host pg_isready psql mysqladmin mysql
	redis-cli mongo mongosh mongosh wait-for wait-for-it wait-for-it.sh wait_for.sh wait-for.sh wait4x dockerize rabbitmqadmin
	kafka-topics kafkacat kcat grpcurl grpc_health_probe ab wrk hey locust k6 vegeta`)

// FindInArgs finds the addresses on the command line of a container, and yields them with
// the number of the argument that each is in. The words of all arguments are
// read as one line, because a flag and its value may be two of them. Variables get
// their values from expand.
func FindInArgs(args []string, expand func(string) string) iter.Seq2[int, Candidate] {
	return func(yield func(int, Candidate) bool) {
		flag := ""
		near := 0 // how many more words may be the host that a command before them takes
		if len(args) > 0 && isEcho(strings.TrimSpace(args[0])) {
			return
		}
		for at, arg := range args {
			words := strings.FieldsFunc(expand(withoutEcho(arg)), isBlank)
			for i, w := range words {
				name := w
				if k, val, ok := strings.Cut(w, "="); ok && !strings.Contains(k, "/") && !strings.Contains(k, ":") {
					flag, name = k, val
				} else if strings.HasPrefix(w, "-") {
					flag = w
					continue
				}
				key := ParseKey(strings.TrimLeft(flag, "-"))
				if len(key.Words) == 1 && key.Words[0] == "h" {
					key.host, key.address = true, true
				}
				bare := key.host || near > 0
				if i+1 < len(words) && isPort(words[i+1]) {
					bare = true
				}
				for _, m := range argument(key, name, bare) {
					if !yield(at, m) {
						return
					}
				}
				if near--; networkCommands[w[strings.LastIndexByte(w, '/')+1:]] {
					near = 2
				}
				flag = ""
			}
		}
	}
}

// argument finds the addresses in one word of a command line. A bare word is weak evidence
// at most.
func argument(key Key, word string, bare bool) []Candidate {
	list := Find(key, word, graph.FromArg)
	if len(list) == 0 && bare && !key.own && !key.ignored {
		if host, port, ok := SplitHostPort(word); ok && port == 0 && !HasPlaceholder(host) {
			list = []Candidate{{Address: graph.Address{Host: host}, Key: key, Way: "arg-host", Word: true}}
		}
	}
	for i := range list {
		if m := &list[i]; m.Word || m.Way == "arg-host" && !IsDomain(m.Host) {
			m.Way, m.Doubt, m.Known, m.Word = "arg-host", BareArgument, true, false
		}
	}
	return list
}

func isBlank(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '"', '\'', '`', ';', '|', '(', ')':
		return true
	}
	return false
}

// isEcho reports whether a command only prints its arguments.
func isEcho(command string) bool { return command == "echo" || command == "printf" }

// withoutEcho returns a script without comments and without the output of echo and printf,
// which make no calls. What they write to a file is kept: it may be configuration.
func withoutEcho(script string) string {
	if !strings.Contains(script, "echo") && !strings.Contains(script, "printf") && !strings.Contains(script, "#") {
		return script
	}
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(script); {
		c := script[i]
		end := i + 1
		switch {
		case c == '#' && quote == 0 && (i == 0 || isBlank(rune(script[i-1]))):
			end = i + lineLength(script[i:])
		case (c == 'e' || c == 'p') && beginsCommand(script[:i]):
			if word := strings.IndexFunc(script[i:], isBlank); word > 0 && isEcho(script[i:i+word]) {
				stop, written := echoEnd(script, i+word, quote)
				if !written {
					i = stop
					continue
				}
				end = stop
			}
			b.WriteString(script[i:end])
		default:
			if c == quote {
				quote = 0
			} else if quote == 0 && (c == '"' || c == '\'') {
				quote = c
			}
			b.WriteByte(c)
		}
		i = end
	}
	return b.String()
}

func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

// beginsCommand reports whether a command begins after this text.
func beginsCommand(before string) bool {
	line := strings.TrimRight(before, " \t")
	if line == "" {
		return true
	}
	if strings.IndexByte(";|&(`{!\n'\"", line[len(line)-1]) >= 0 {
		return true
	}
	if len(line) == len(before) {
		return false // in the middle of a word
	}
	switch line[strings.LastIndexAny(line, " \t\n;")+1:] {
	case "do", "then", "else":
		return true
	}
	return false
}

// echoEnd returns where the command that continues at i ends, and whether its output is
// written to a file. outer is the quote that the command is in.
func echoEnd(script string, i int, outer byte) (end int, written bool) {
	for i < len(script) {
		switch c := script[i]; c {
		case outer, ';', '\n', '|', ')':
			return i, written
		case '&':
			if i == 0 || script[i-1] != '>' {
				return i, written
			}
		case '\\':
			i++
		case '"', '\'':
			if n := strings.IndexByte(script[i+1:], c); n >= 0 {
				i += n + 1
			}
		case '>':
			to := strings.TrimLeft(script[i+1:], "> ")
			written = written || !strings.HasPrefix(to, "&") && !strings.HasPrefix(to, "/dev/")
		}
		i++
	}
	return min(i, len(script)), written
}
