package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weirgraph/weir/graph"
)

// zipkinOf writes spans that a test gives one a line as Zipkin does:
//
//	id parent service kind [to=service] [ip=address] [shared] [!] [trace=x] [note=text]
//
// "-" is none, "!" an error, to the other side, note an annotation.
func zipkinOf(spec string) string {
	var list []string
	for line := range strings.Lines(spec) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		trace, local, more := "a", "", ""
		if f[2] != "-" {
			local = fmt.Sprintf(`"serviceName":%q`, f[2])
		}
		for _, x := range f[4:] {
			key, value, _ := strings.Cut(x, "=")
			switch key {
			case "trace":
				trace = value
			case "to":
				more += fmt.Sprintf(`,"remoteEndpoint":{"serviceName":%q}`, value)
			case "ip":
				local = strings.TrimPrefix(local+fmt.Sprintf(`,"ipv4":%q`, value), ",")
			case "shared":
				more += `,"shared":true`
			case "!":
				more += `,"tags":{"error":""}`
			case "note":
				more += fmt.Sprintf(`,"annotations":[{"timestamp":1,"value":%q}]`, value)
			}
		}
		for i, name := range []string{1: "parentId", 3: "kind"} {
			if name != "" && f[i] != "-" {
				more += fmt.Sprintf(`,%q:%q`, name, f[i])
			}
		}
		list = append(list, fmt.Sprintf(`{"traceId":%q,"id":%q,"localEndpoint":{%s}%s}`, trace, f[0], local, more))
	}
	return "[" + strings.Join(list, ",\n") + "]"
}

// TestZipkinLink has spans as they meet in Zipkin: halves that share an id, pieces
// that come late, sides that only the other one names. Most of the situations are
// those that Zipkin's own linker is held to. Where weir links differently on
// purpose, the case says so.
func TestZipkinLink(t *testing.T) {
	const shop = "c b app CLIENT to=db !\n b a app SERVER to=web shared\n b a web CLIENT to=app\n a - web SERVER"
	for _, tt := range []struct {
		name, spans, want string
		account           graph.Spans
	}{
		{"halves share an id, in reverse", shop, "app > db 1/1\nweb > app 1/0", graph.Spans{}},
		{"the root has an id of its own", strings.ReplaceAll(shop, "\n", " trace=123\n") + " trace=123", "app > db 1/1\nweb > app 1/0", graph.Spans{}},
		{"the server's parent is not told", "b - link SERVER to=arn shared\n b a arn CLIENT to=link\n a - arn SERVER", "arn > link 1/0", graph.Spans{}},
		{"the client's parent is not told", "c b app CLIENT to=db !\n b a app SERVER to=web shared\n b - web CLIENT to=app\n a - web SERVER", "app > db 1/1\nweb > app 1/0", graph.Spans{}},
		{"the server never reported, its calls did", "c b app CLIENT to=db !\n b - web CLIENT to=app\n a - web SERVER", "app > db 1/1\nweb > app 1/0", graph.Spans{}},
		{"the client never reported", "b a app SERVER shared\n a - web SERVER", "web > app 1/0", graph.Spans{}},
		{"the id is not marked as shared", "a - web CLIENT\n a - app SERVER", "web > app 1/0", graph.Spans{}},
		{"a span that is below itself", "a a web SERVER\n b a web CLIENT to=app", "web > app 1/0", graph.Spans{}},
		{"low half of the trace's id", "1 - web SERVER trace=7180c278b62e8f6a216a2aea45d08fc9\n 2 1 app SERVER shared trace=216a2aea45d08fc9\n 2 1 web CLIENT trace=7180c278b62e8f6a216a2aea45d08fc9", "web > app 1/0", graph.Spans{}},
		{"a trace of two ways", "10 - web SERVER ip=127.0.0.1\n 20 10 web CLIENT ip=127.0.0.1\n 20 10 app SERVER shared ip=127.0.0.2\n 30 20 app CLIENT ip=127.0.0.2\n 30 20 db SERVER shared ip=127.0.0.3", "app > db 1/0\nweb > app 1/0", graph.Spans{}},
		{"everything reported twice", strings.Repeat(shop+"\n", 2), "app > db 1/1\nweb > app 1/0", graph.Spans{Duplicates: 4}},

		// Zipkin has the producer or the consumer alone name the broker, and then links
		// only that one. To weir both speak of the same queue.
		{"only the consumer names the broker", "a - web PRODUCER\n b a app CONSUMER to=kafka", "kafka > app~ 1/0\nweb > kafka~ 1/0", graph.Spans{}},
		{"only the producer names the broker", "a - web PRODUCER to=kafka\n b a app CONSUMER", "kafka > app~ 1/0\nweb > kafka~ 1/0", graph.Spans{}},
		{"both name the broker", "a - web PRODUCER to=kafka\n b a app CONSUMER to=kafka", "kafka > app~ 1/0\nweb > kafka~ 1/0", graph.Spans{}},
		{"each names another broker", "a - web PRODUCER to=kafka1\n b a app CONSUMER to=kafka2", "kafka2 > app~ 1/0\nweb > kafka1~ 1/0", graph.Spans{}},
		// Zipkin links these not at all.
		{"the broker has no name", "a - web PRODUCER\n b a app CONSUMER", "web > app~ 1/0", graph.Spans{}},
		{"a consumer below a client", "a - web CLIENT\n b a app CONSUMER", "web > app~ 1/0", graph.Spans{}},
		{"a server below a producer", "a - web PRODUCER\n b a app SERVER", "web > app~ 1/0", graph.Spans{}},
		{"a server that shares the id of a producer", "a - web PRODUCER\n a - app SERVER shared", "web > app~ 1/0", graph.Spans{}},

		{"a server that knows its caller", "a - app SERVER to=web", "web > app 1/0", graph.Spans{}},
		{"a client that says it shares", "a - web CLIENT to=app shared", "web > app 1/0", graph.Spans{}},
		{"clients that do not know their own name", "a - web SERVER\n b a - CLIENT to=app\n c a - CLIENT to=app", "web > app 2/0", graph.Spans{}},
		{"an id each", "a - web CLIENT\n b a app SERVER", "web > app 1/0", graph.Spans{}},
		{"both halves failed", "a - web CLIENT !\n b a app SERVER !", "web > app 1/1", graph.Spans{}},
		{"both halves of one id failed", "a - web CLIENT !\n a - app SERVER shared !", "web > app 1/1", graph.Spans{}},
		{"the client alone failed", "a - web CLIENT !\n b a app SERVER", "web > app 1/1", graph.Spans{}},
		{"the client names the server, which answers", "a - web CLIENT to=app\n b a app SERVER", "web > app 1/0", graph.Spans{}},
		{"two servers answer, one fails", "a - web CLIENT\n b a app SERVER to=web !\n c a app SERVER to=web", "web > app 2/1", graph.Spans{}},
		{"servers of one id at different addresses", "a - web SERVER\n b a web CLIENT\n b a app SERVER shared ip=1.2.3.4\n b a app SERVER shared ip=1.2.3.5", "web > app 2/0", graph.Spans{}},
		{"servers of one id at one address", "a - web SERVER\n b a web CLIENT\n b a app SERVER shared ip=1.2.3.4\n b a app SERVER shared ip=1.2.3.4", "web > app 1/0", graph.Spans{Duplicates: 1}},

		{"clients behind a local span, of a service that reports no server", "a - web SERVER\n b a - -\n c b app CLIENT\n d b app CLIENT", "web > app 2/0", graph.Spans{Unresolved: 2}},
		{"the same, and the clients failed", "a - web SERVER\n b a - -\n c b app CLIENT !\n d b app CLIENT !", "web > app 2/0", graph.Spans{Unresolved: 2}},
		{"the same, and the clients name whom they call", "a - web SERVER\n b a - -\n c b app CLIENT to=db !\n d b app CLIENT to=db", "app > db 2/1\nweb > app 2/0", graph.Spans{}},
		{"a client whose server is lost", "a - web SERVER\n b a app CLIENT", "web > app 1/0", graph.Spans{Unresolved: 1}},
		{"a note is no error", "c b web CLIENT to=app note=error", "web > app 1/0", graph.Spans{Orphans: 1}},
		{"a server that calls itself", "a - web SERVER to=web", "web > web 1/0", graph.Spans{}},
		{"a client that calls itself", "a - web CLIENT to=web", "web > web 1/0", graph.Spans{}},

		{"no kinds, both sides named", "a - app - to=web\n b a web - to=api !\n c b api - to=db", "api > db 1/0\napp > web 1/0\nweb > api 1/1", graph.Spans{}},
		{"no kinds, the first side has an address only", "20 - - - ip=172.17.0.4 to=web\n 21 20 web - to=api\n 22 21 api - to=db", "api > db 1/0\nweb > api 1/0", graph.Spans{Nameless: 1}},
		{"a server without a name", "a - - SERVER", "", graph.Spans{Nameless: 1}},
		{"a server that knows its caller and not itself", "a - - SERVER to=web", "", graph.Spans{Nameless: 1}},
		{"a client that knows its server and not itself", "a - - CLIENT to=web", "", graph.Spans{Nameless: 1}},
		{"a client that knows itself alone", "a - web CLIENT", "", graph.Spans{Unresolved: 1}},
		{"a server that knows itself alone", "a - web SERVER", "", graph.Spans{}},
		{"two servers below a missing span", "b a web SERVER\n c a app SERVER", "", graph.Spans{Orphans: 2}},
		{"servers in a row below a missing span", "b a web SERVER\n c b app SERVER", "web > app 1/0", graph.Spans{Orphans: 1}},
		// Zipkin hangs what has lost its parent below the root.
		{"a missing span between", "20 - web SERVER\n 22 21 app CLIENT", "", graph.Spans{Orphans: 1, Unresolved: 1}},
		{"local spans everywhere", "20 - web SERVER\n 21 20 web -\n 22 21 web CLIENT\n 22 21 app SERVER shared\n 23 22 app -\n 24 23 app -\n 25 24 app CLIENT to=db", "app > db 1/0\nweb > app 1/0", graph.Spans{}},
		{"caller and callee report nothing", "20 - web SERVER to=mobile\n 21 20 web CLIENT\n 21 20 app SERVER shared\n 22 21 app CLIENT to=db", "app > db 1/0\nmobile > web 1/0\nweb > app 1/0", graph.Spans{}},

		{"a late piece without a kind", "a - web CLIENT to=app\n a - web -", "web > app 1/0", graph.Spans{}},
		{"a late piece of a shared server", "a - web CLIENT\n a - app SERVER shared\n a - app - shared\n b a app CLIENT to=db", "app > db 1/0\nweb > app 1/0", graph.Spans{}},
		{"pieces that know an address and no name", "a - web SERVER\n b a web CLIENT\n b a - CLIENT ip=1.2.3.4\n b a - SERVER shared ip=1.2.3.5\n b a app SERVER shared", "web > app 1/0", graph.Spans{}},
		{"the piece without a name comes with the kind", "a - web SERVER\n b a - CLIENT\n b a web -\n b a app SERVER shared ip=1.2.3.4\n b a app SERVER shared ip=1.2.3.5\n b a web -", "web > app 2/0", graph.Spans{Duplicates: 1}},
		{"children of servers that share an id", "a - web -\n b a web CLIENT\n b a foo SERVER shared\n b a bar SERVER shared\n c b bar -\n d b foo -", "web > bar 1/0\nweb > foo 1/0", graph.Spans{}},
		{"the same without kinds", "a - web -\n b a web -\n b a foo - shared\n b a bar - shared\n c b bar -\n d b foo -", "web > bar 1/0\nweb > foo 1/0", graph.Spans{}},
		{"the client has no kind and the server no parent", "a - web -\n a - app SERVER shared\n b a app CLIENT to=db", "app > db 1/0\nweb > app 1/0", graph.Spans{}},
		{"a child of a service that has no half of its own", "a - web -\n b a web CLIENT\n b a bar SERVER shared\n c b foo -", "bar > foo 1/0\nweb > bar 1/0", graph.Spans{}},
		{"a loop of parents", "c a app SERVER shared\n b c app CLIENT to=db\n a c app -", "app > db 1/0", graph.Spans{Broken: 2}},
		{"names in any case", "a - Web CLIENT to=APP\n b - WEB CLIENT to=app", "web > app 2/0", graph.Spans{}},
		{"a name that is empty is none", `a - - SERVER` + "\n b a web CLIENT to=app", "web > app 1/0", graph.Spans{Nameless: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := strings.Split(tt.spans, "\n")
			for range 2 {
				got, account := linkText(t, zipkinOf(strings.Join(lines, "\n")))
				if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
					t.Errorf("calls differ (- want, + got):\n%s", diff)
				}
				if diff := cmp.Diff(&tt.account, account, cmpopts.IgnoreFields(graph.Spans{}, "Spans", "Traces")); diff != "" {
					t.Errorf("account differs (- want, + got):\n%s", diff)
				}
				slices.Reverse(lines)
			}
		})
	}
}

// zipkinOneOf writes spans that a test gives one a line as version 1 of Zipkin does:
//
//	id parent [annotation=service...] [key@service...] [!]
//
// cs, sr and the like are annotations, sa, ca and ma addresses.
func zipkinOneOf(spec string) string {
	var list []string
	for line := range strings.Lines(spec) {
		f := strings.Fields(line)
		var annotations, tags []string
		for i, x := range f[2:] {
			key, name, isAnnotation := strings.Cut(x, "=")
			if isAnnotation {
				annotations = append(annotations, fmt.Sprintf(`{"timestamp":%d,"value":%q,"endpoint":{"serviceName":%q,"ipv4":"10.0.0.1"}}`, 1000+i, key, name))
				continue
			}
			key, name, isAddress := strings.Cut(x, "@")
			switch {
			case x == "!":
				tags = append(tags, `{"key":"error","value":"500"}`)
			case isAddress && len(key) == 2 && key != "lc":
				tags = append(tags, fmt.Sprintf(`{"key":%q,"value":true,"endpoint":{"serviceName":%q}}`, key, name))
			default:
				tags = append(tags, fmt.Sprintf(`{"key":%q,"value":"x","endpoint":{"serviceName":%q}}`, key, name))
			}
		}
		parent := ""
		if f[1] != "-" {
			parent = fmt.Sprintf(`,"parentId":%q`, f[1])
		}
		list = append(list, fmt.Sprintf(`{"traceId":"a","id":%q%s,"name":"get","annotations":[%s],"binaryAnnotations":[%s]}`,
			f[0], parent, strings.Join(annotations, ","), strings.Join(tags, ",")))
	}
	return "[" + strings.Join(list, ",\n") + "]"
}

// TestZipkinOne has spans of version 1, of which one may be both halves of a call.
func TestZipkinOne(t *testing.T) {
	for _, tt := range []struct {
		name, spans, want string
		account           graph.Spans
	}{
		{"both halves in one", "1 - cs=web sr=app ss=app cr=web", "web > app 1/0", graph.Spans{}},
		{"both halves of one service", "1 - cs=web sr=web ss=web cr=web", "web > web 1/0", graph.Spans{}},
		{"an error is of both halves", "1 - cs=web sr=app ss=app cr=web !\n 2 1 cs=app cr=app sa@db", "app > db 1/0\nweb > app 1/1", graph.Spans{}},
		{"each half in a record of its own", "1 - sr=app ss=app\n 1 - cs=web cr=web", "web > app 1/0", graph.Spans{}},
		{"the server's answer alone", "1 - cs=web\n 1 - ss=app", "web > app 1/0", graph.Spans{}},
		{"the caller is told", "1 - sr=app ss=app ca@web", "web > app 1/0", graph.Spans{}},
		{"the callee is told", "1 - cs=web cr=web sa@db", "web > db 1/0", graph.Spans{}},
		{"nothing but both addresses", "1 - ca@web sa@db", "web > db 1/0", graph.Spans{}},
		{"nothing but a local part and an address", "1 - lc@web sa@db", "web > db 1/0", graph.Spans{}},
		{"nothing but a local part and its caller", "1 - lc@app ca@web", "web > app 1/0", graph.Spans{}},
		{"a server takes itself for its caller", "20 - sr=web ss=web ca@web sa@web\n 22 21 cs=web cr=web ca@app sa@app", "web > app 1/0", graph.Spans{Orphans: 1}},
		{"a message to a broker", "1 - ms=web ma@kafka\n 2 1 mr=app ma@kafka", "kafka > app~ 1/0\nweb > kafka~ 1/0", graph.Spans{}},
		{"both ends of a message in one", "1 - ms=web mr=app", "web > app~ 1/0", graph.Spans{}},
		{"both ends of a message in one, and the broker", "1 - ms=web mr=app ma@kafka", "kafka > app~ 1/0\nweb > kafka~ 1/0", graph.Spans{}},
		{"a local part", "1 - sr=web ss=web\n 2 1 lc@web\n 3 2 cs=web cr=web sr=app ss=app", "web > app 1/0", graph.Spans{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, account := linkText(t, zipkinOneOf(tt.spans))
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("calls differ (- want, + got):\n%s", diff)
			}
			if diff := cmp.Diff(&tt.account, account, cmpopts.IgnoreFields(graph.Spans{}, "Spans", "Traces")); diff != "" {
				t.Errorf("account differs (- want, + got):\n%s", diff)
			}
		})
	}
}
