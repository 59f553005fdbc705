package address

import (
	"iter"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/shell"
)

// networkCommands take a host as an argument without a flag.
var networkCommands = lazy.NewWords(`nc ncat netcat telnet curl wget ping dig nslookup getent host pg_isready psql mysqladmin mysql
	redis-cli mongo mongosh mongosh wait-for wait-for-it wait-for-it.sh wait_for.sh wait-for.sh wait4x dockerize rabbitmqadmin
	kafka-topics kafkacat kcat grpcurl grpc_health_probe ab wrk hey locust k6 vegeta`)

// waitCommands end as soon as the hosts of their arguments answer. What follows "--" is the program
// that they start then.
var waitCommands = lazy.NewWords(`wait-for wait-for.sh wait_for wait_for.sh wait-for-it wait-for-it.sh wait_for_it wait_for_it.sh waitforit
	wait4x wait-port pg_isready`)

// waits reports whether the words after the word at n are hosts that a command waits for, where
// those up to it are if before is set. A connection without data, "nc -z db 5432", is a wait, too.
func waits(c *shell.Command, n int, before bool) bool {
	name := c.Words[n].Text
	name = name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case waitCommands.Has(name):
		return true
	case name == "nc" && n+1 < len(c.Words):
		flags := c.Words[n+1].Text
		return strings.HasPrefix(flags, "-") && strings.Contains(flags, "z")
	}
	return before && name != "--"
}

// isDockerize reports whether a word is the option of dockerize before an address that it waits for,
// or that option and the address.
func isDockerize(word string) bool {
	return word == "-wait" || word == "--wait" || strings.HasPrefix(word, "-wait=") || strings.HasPrefix(word, "--wait=")
}

// numberCommands take a number that is no port.
var numberCommands = lazy.NewWords(`sleep usleep timeout head tail seq wait exit return kill nice`)

// FindInArgs finds the addresses on the command line of a container, and yields them with
// the number of the argument that each is in. What echo and printf print is no address, but what
// they write to a file is: it may be configuration. Variables get their values from expand.
func FindInArgs(args []string, expand func(string) string) iter.Seq2[int, Candidate] {
	return func(yield func(int, Candidate) bool) {
		for _, c := range shell.Commands(args) {
			if program := c.Program(); (program == "echo" || program == "printf") && !c.Writes {
				continue
			}
			if !inCommand(&c, expand, yield) {
				return
			}
		}
	}
}

// inCommand finds the addresses among the words of one command: a flag and its value may be two
// of them.
func inCommand(c *shell.Command, expand func(string) string, yield func(int, Candidate) bool) bool {
	flag := ""
	near := 0 // how many more words may be the host that a command before them takes
	waiting := false
	for n := range c.Words {
		waiting = waits(c, n, waiting)
		wanted := waiting || isDockerize(c.Words[n].Text) || n > 0 && isDockerize(c.Words[n-1].Text)
		words := strings.FieldsFunc(expand(c.Words[n].Raw), isBlank)
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
			next := ""
			if i+1 < len(words) {
				next = words[i+1]
			} else if n+1 < len(c.Words) {
				next = c.Words[n+1].Text
			}
			for _, m := range argument(key, name, key.host || near > 0 || isPort(next) && !numberCommands.Has(w)) {
				m.Waits = wanted
				if !yield(c.Words[n].Arg, m) {
					return false
				}
			}
			if near--; networkCommands.Has(w[strings.LastIndexByte(w, '/')+1:]) {
				near = 2
			}
			flag = ""
		}
	}
	return true
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
