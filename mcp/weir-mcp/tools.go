package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// An extent is how much of an answer is asked for.
type extent struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"items of each list in the answer, default 20, at most 200"`
	Cursor string `json:"cursor,omitempty" jsonschema:"the cursor of an earlier answer, for its next page; all other arguments are ignored then"`
}

// A scope is the extent of an answer, and the sources that it is computed from.
type scope struct {
	extent
	Sources []string `json:"sources,omitempty" jsonschema:"files and directories to read, below those that the server was started with; default all of these"`
}

type checkIn struct {
	scope
	Rule     string `json:"rule,omitempty" jsonschema:"only findings of this rule, e.g. retry-amplification"`
	Service  string `json:"service,omitempty" jsonschema:"only findings about this service"`
	Severity string `json:"severity,omitempty" jsonschema:"only findings of this severity or above: error, warning, info"`
}

type graphIn struct {
	scope
	Focus string `json:"focus,omitempty" jsonschema:"the service in the middle, e.g. shop/checkout"`
	Depth int    `json:"depth,omitempty" jsonschema:"how many calls away from it, default 1"`
}

type showIn struct {
	scope
	Service string `json:"service,omitempty" jsonschema:"the service, e.g. shop/checkout"`
}

type blastIn struct {
	scope
	Service string `json:"service,omitempty" jsonschema:"the service that fails; several separated by commas fail together"`
	Mode    string `json:"mode,omitempty" jsonschema:"how it fails: stop (default), hang, slow=2s, partial=1/3, degraded"`
}

type pathIn struct {
	scope
	From string `json:"from,omitempty" jsonschema:"a service"`
	To   string `json:"to,omitempty" jsonschema:"another service"`
}

type policiesIn struct {
	scope
	Service string `json:"service,omitempty" jsonschema:"only calls that this service makes or answers"`
	Missing string `json:"missing,omitempty" jsonschema:"only calls without this policy: timeout, retry, breaker, bulkhead, rate-limit, fallback, cache, balance"`
}

type diffIn struct {
	extent
	Old string `json:"old,omitempty" jsonschema:"the state before: a file or directory, or a commit as git:main or git:main:deploy"`
	New string `json:"new,omitempty" jsonschema:"the state after, default the sources as they are"`
}

// A server answers questions about one estate.
type server struct {
	estate *estate
	pages  *pages
}

func newServer(e *estate) *mcp.Server {
	s := &server{e, &pages{}}
	m := mcp.NewServer(&mcp.Implementation{Name: "weir", Title: "weir: resilience of service calls", Version: "v1"}, &mcp.ServerOptions{
		Instructions: "weir reads manifests and traces and knows which service calls which, with which timeouts, retries and breakers. Begin with check. Answers are what weir -o json writes (schema weir/v1); long lists come in pages: pass the cursor of an answer to the same tool for more.",
	})
	add(m, s, "check", "Findings of all rules: what is wrong, where (file, line, column), and how it is fixed.",
		func(in checkIn) (scope, question, error) {
			return in.scope, question{command: "check", flags: flags("rule", in.Rule, "service", in.Service, "severity", in.Severity)}, nil
		})
	add(m, s, "graph", "Services and calls around one service, with the evidence of each call.",
		func(in graphIn) (scope, question, error) {
			depth := max(in.Depth, 1)
			return in.scope, question{command: "graph", flags: flags("focus", in.Focus, "depth", strconv.Itoa(depth))}, needs("focus", in.Focus)
		})
	add(m, s, "show", "All that weir knows of one service: callers, dependencies, replicas, blast radius, findings.",
		func(in showIn) (scope, question, error) {
			return in.scope, question{command: "show", words: []string{in.Service}}, needs("service", in.Service)
		})
	add(m, s, "blast", "What fails, degrades or is slow when a service fails, and which policy decides it.",
		func(in blastIn) (scope, question, error) {
			return in.scope, question{command: "blast", flags: flags("mode", in.Mode), words: []string{in.Service}}, needs("service", in.Service)
		})
	add(m, s, "path", "The shortest chains of calls between two services, in both directions.",
		func(in pathIn) (scope, question, error) {
			return in.scope, question{command: "path", words: []string{in.From, in.To}}, errors.Join(needs("from", in.From), needs("to", in.To))
		})
	add(m, s, "policies", "The effective timeouts, retries, breakers, limits, fallbacks and caches of calls, with where each is set.",
		func(in policiesIn) (scope, question, error) {
			return in.scope, question{command: "policies", flags: flags("service", in.Service, "missing", in.Missing)}, nil
		})
	add(m, s, "diff", "What a change does: to services, calls, policies, findings and blast radii.",
		func(in diffIn) (scope, question, error) {
			words, err := s.estate.states(in.Old, in.New)
			return scope{extent: in.extent}, question{command: "diff", words: words, whole: true}, err
		})
	return m
}

// A question is a command line of weir.
type question struct {
	command string
	flags   []string
	words   []string // before the sources
	whole   bool     // words name what is read
}

func flags(pairs ...string) []string {
	var list []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, "--"+pairs[i]+"="+pairs[i+1])
		}
	}
	return list
}

// needs is the error of an argument that is missing.
func needs(name, value string) error {
	if value == "" {
		return errors.New("the argument \"" + name + "\" is missing")
	}
	return nil
}

// add adds a tool that asks what command makes of its input.
func add[In any](m *mcp.Server, s *server, name, says string, command func(In) (scope, question, error)) {
	local := false
	tool := &mcp.Tool{Name: name, Description: says, Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &local}}
	mcp.AddTool(m, tool, func(_ context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, any, error) {
		p, q, err := command(in)
		if p.Cursor != "" {
			return text(s.pages.further(p.Cursor))
		}
		if err != nil {
			return nil, nil, err
		}
		words := q.words
		if !q.whole {
			sources, err := s.estate.sources(p.Sources)
			if err != nil {
				return nil, nil, err
			}
			words = append(words, sources...)
		}
		report, said, err := s.estate.weir(q.command, q.flags, words)
		if err != nil {
			return nil, nil, err
		}
		return text(s.pages.first(report, said, p.Limit))
	})
}

func text(page string, err error) (*mcp.CallToolResult, any, error) {
	if err != nil {
		return nil, nil, err
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: page}}}, nil, nil
}
