package source

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// An application host of .NET Aspire declares the services of a system, and what each of them gets the
// addresses of, in code: AddProject, WithReference, WithEnvironment. It is read statement by statement.

// isAspire reports whether a file is the one of an application host that declares its services.
func isAspire(lang *Language, text []byte) bool {
	return lang.Name == "csharp" && bytes.Contains(text, []byte("DistributedApplication.CreateBuilder"))
}

// A resource is what a variable of an application host is for.
type resource struct {
	ref      graph.Ref
	database string // it is this database of the server ref
}

// aspireHost is an application host while it is read.
type aspireHost struct {
	*file
	realm     string
	facts     *graph.Facts
	resources map[string]resource // by variable
	referred  map[string]bool     // the variables of which others get the address
}

func readAspire(f *file, facts *graph.Facts) {
	a := &aspireHost{file: f, realm: "aspire:" + path.Dir(f.path), facts: facts, resources: map[string]resource{}, referred: map[string]bool{}}
	for i := range f.tokens {
		if f.is(i, "WithReference") && f.byte(i+1) == '(' && f.kind(i+2) == word && (f.byte(i+3) == ')' || f.byte(i+3) == ',') {
			a.referred[f.string(i+2)] = true
		}
	}
	for start := 0; start < len(f.tokens); {
		end := a.statementEnd(start)
		a.statement(start, end)
		start = end + 1
	}
}

// statementEnd returns the token that ends a statement: a semicolon, or a brace of the block around it.
func (a *aspireHost) statementEnd(i int) int {
	for depth := 0; i < len(a.tokens); i++ {
		switch a.byte(i) {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ';', '{', '}':
			if depth <= 0 {
				return i
			}
		}
	}
	return len(a.tokens)
}

// A method is a call in the chain of a statement.
type method struct {
	name string
	at   int // its token
	open int
}

// statement reads "variable = base.Method(...).Method(...)".
func (a *aspireHost) statement(i, end int) {
	variable := ""
	for j := i; j < end && j < i+8; j++ {
		if a.byte(j) == '=' && a.byte(j+1) != '=' {
			variable = a.string(j - 1)
			i = j + 1
			break
		}
	}
	if a.is(i, "await") {
		i++
	}
	base := a.string(i)
	var methods []method
	for at := i + 1; at < end && a.byte(at) == '.' && a.kind(at+1) == word; {
		m := method{name: a.string(at + 1), at: at + 1, open: at + 2}
		if a.byte(m.open) == '<' {
			if m.open = a.genericEnd(&a.code, m.open); m.open == 0 {
				return
			}
		}
		if a.byte(m.open) != '(' {
			break
		}
		methods = append(methods, m)
		at = a.closing(m.open) + 1
	}
	of, known := a.resources[base]
	// What a library of the system adds is a program if it gets the addresses of others, or they its own.
	refers := slices.ContainsFunc(methods, func(m method) bool { return m.name == "WithReference" }) || variable != "" && a.referred[variable]
	for _, m := range methods {
		switch {
		case strings.HasPrefix(m.name, "Add") && (!known || m.name == "AddDatabase" || m.name == "AddApp"):
			if made, ok := a.add(of, known, refers, m); ok {
				of, known = made, true
				if variable != "" {
					a.resources[variable] = made
				}
			}
		case known:
			a.with(of.ref, m)
		}
	}
	if variable != "" && known {
		a.resources[variable] = of
	}
}

// aspireKinds are the words in the names of methods that add what keeps data, and other servers that are no program
// of the system.
var aspireKinds = []struct {
	word string
	kind graph.Kind
}{
	{"Redis", graph.KindCache}, {"Valkey", graph.KindCache}, {"Garnet", graph.KindCache},
	{"Postgres", graph.KindDatabase}, {"SqlServer", graph.KindDatabase}, {"MySql", graph.KindDatabase}, {"Mongo", graph.KindDatabase}, {"Oracle", graph.KindDatabase},
	{"Cosmos", graph.KindDatabase}, {"Elasticsearch", graph.KindDatabase}, {"Qdrant", graph.KindDatabase}, {"Milvus", graph.KindDatabase}, {"SqlDatabase", graph.KindDatabase}, {"AzureStorage", graph.KindDatabase},
	{"RabbitMQ", graph.KindBroker}, {"Kafka", graph.KindBroker}, {"Nats", graph.KindBroker}, {"ServiceBus", graph.KindBroker}, {"EventHubs", graph.KindBroker},
	{"Yarp", graph.KindGateway}, {"Seq", graph.KindTelemetry}, {"Prometheus", graph.KindTelemetry}, {"Grafana", graph.KindTelemetry},
}

// aspirePrograms are the methods that add a program of the system, with the place of its directory among what they take;
// -1 if that is not one of them.
var aspirePrograms = map[string]int{
	"AddProject": -1, "AddCSharpApp": 1, "AddNpmApp": 1, "AddNodeApp": -1, "AddViteApp": 1, "AddJavaScriptApp": 1, "AddPythonApp": 1, "AddUvicornApp": 1, "AddGolangApp": 1,
	"AddDockerfile": 1, "AddExecutable": 2, "AddJavaApp": 1, "AddSpringApp": 1, "AddRustApp": 1, "AddApp": -1, "AddContainer": -1, "AddAzureFunctionsProject": -1, "AddKeycloak": -1, "AddBunApp": 1, "AddDenoApp": 1,
}

// isOutsideAspire reports whether a method adds an address, a key or a setting, or a service of a cloud, and nothing that the host runs.
func isOutsideAspire(name string) bool {
	return strings.HasPrefix(name, "AddAzure") || slices.Contains([]string{"AddConnectionString", "AddParameter", "AddOrleans", "AddExternalService", "AddOpenAI", "AddGitHubModel"}, name)
}

// add declares what a method adds, which may get the addresses of others.
func (a *aspireHost) add(parent resource, within, refers bool, m method) (resource, bool) {
	args := a.args(m.open)
	name := ""
	if len(args) > 0 {
		name = a.nameAt(args[0])
	}
	if name == "" {
		return resource{}, false
	}
	if m.name == "AddDatabase" && within {
		return resource{ref: parent.ref, database: name}, true
	}
	at, program := aspirePrograms[m.name]
	kind := graph.KindUnknown
	for _, k := range aspireKinds {
		if kind == graph.KindUnknown && strings.Contains(m.name, k.word) {
			kind = k.kind
		}
	}
	switch {
	case program, kind == graph.KindUnknown && refers && !isOutsideAspire(m.name):
		kind = graph.KindService
	case kind == graph.KindUnknown:
		return resource{}, false
	}
	r := resource{ref: graph.Ref{Realm: a.realm, Kind: "resource", Name: strings.ToLower(name)}}
	e := graph.Entity{Ref: r.ref, Origin: a.at(args[0]), Kind: kind}
	if m.name == "AddContainer" && len(args) > 1 {
		e.Image, _ = a.plain(args[1])
		e.Kind = graph.KindUnknown
	}
	a.facts.Entities = append(a.facts.Entities, e)
	if !program {
		return r, true
	}
	code := graph.CodeDirectory{Of: r.ref, Reason: graph.DirectoryArtifact, Origin: a.at(m.at)}
	if m.name == "AddProject" || m.name == "AddAzureFunctionsProject" {
		if close := m.open - 1; a.byte(close) == '>' && a.kind(close-1) == word { // Projects.Basket_API
			code.Name = a.string(close - 1)
			a.facts.CodeDirectories = append(a.facts.CodeDirectories, code)
		}
	} else if at > 0 && at < len(args) {
		if dir, ok := a.plain(args[at]); ok {
			code.Dir = path.Join(path.Dir(path.Clean(a.path)), strings.ReplaceAll(dir, `\`, "/"))
			a.facts.CodeDirectories = append(a.facts.CodeDirectories, code)
		}
	}
	return r, true
}

// nameAt returns the name that a string or a constant at a token is; a constant of another file is taken for one
// with its own name.
func (a *aspireHost) nameAt(i int) string {
	if a.kind(i) == word && a.byte(i+1) == ':' {
		i += 2
	}
	if v, _ := a.eval(i); v.literal && !strings.Contains(v.text, "${") {
		return v.text
	}
	if a.kind(i) != word {
		return ""
	}
	for a.byte(i+1) == '.' && a.kind(i+2) == word {
		i += 2
	}
	if !isCapital(a.string(i)) {
		return ""
	}
	return a.string(i)
}

// with adds what a method gives a resource.
func (a *aspireHost) with(of graph.Ref, m method) {
	args := a.args(m.open)
	switch {
	case m.name == "WithEnvironment" && len(args) > 1:
		key, ok := a.plain(args[0])
		if !ok {
			return
		}
		if to, at := a.mentioned(args[1], a.closing(m.open)); at >= 0 {
			text := to.ref.Name
			if to.database == "" && a.is(at+2, "GetEndpoint") {
				text = "http://" + text
			}
			// Of those that log in elsewhere a program knows where their browsers return to.
			returns := strings.HasSuffix(key, "Client") && a.calls(to.ref, of)
			a.facts.Values = append(a.facts.Values, graph.Value{Of: of, Key: key, Text: text, Source: graph.FromEnv, Guess: returns, Origin: a.at(args[0])})
		} else if text, ok := a.plain(args[1]); ok {
			a.facts.Values = append(a.facts.Values, graph.Value{Of: of, Key: key, Text: text, Source: graph.FromEnv, Origin: a.at(args[0])})
		}
		return
	case m.name == "WaitFor" || m.name == "WaitForCompletion":
		a.refer(of, args, "aspire-wait-for", graph.Weak)
	case strings.HasSuffix(m.name, "Reference") || m.name == "WithService" || m.name == "WithKeycloak":
		a.refer(of, args, "aspire-reference", graph.Strong)
	case strings.HasSuffix(m.name, "Routes"):
		for _, at := range args {
			a.refer(of, []int{at}, "aspire-route", graph.Strong)
		}
	}
}

// refer adds that a resource gets the address of another one.
func (a *aspireHost) refer(of graph.Ref, args []int, way string, strength graph.Strength) {
	if len(args) == 0 {
		return
	}
	to, ok := a.resources[a.string(args[0])]
	if !ok || to.ref == of {
		return
	}
	a.facts.Calls = append(a.facts.Calls, graph.CallFact{
		From:     graph.EndpointRef{Ref: of},
		To:       graph.EndpointRef{Ref: to.ref},
		Evidence: graph.Evidence{Origin: a.at(args[0]), Way: way, Strength: strength, Class: graph.ClassCall, Database: to.database},
	})
}

// calls reports whether a resource gets the address of another one.
func (a *aspireHost) calls(from, to graph.Ref) bool {
	return slices.ContainsFunc(a.facts.Calls, func(c graph.CallFact) bool { return c.From.Ref == from && c.To.Ref == to }) ||
		slices.ContainsFunc(a.facts.Values, func(v graph.Value) bool {
			return v.Of == from && (v.Text == "http://"+to.Name || v.Text == to.Name)
		})
}

// mentioned returns the first resource that an expression names, and its token; -1 if it names none.
func (a *aspireHost) mentioned(i, end int) (resource, int) {
	for ; i < end; i++ {
		if a.kind(i) != word || a.byte(i-1) == '.' {
			continue
		}
		if r, ok := a.resources[a.string(i)]; ok {
			return r, i
		}
	}
	return resource{}, -1
}
