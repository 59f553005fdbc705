package source

import (
	"bytes"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A stub is a client that is generated from a definition of gRPC or Thrift. The name of the service in the
// definition joins it with its server.
//
// A stubForm is how a language writes that name in the name of what is generated for it.
type stubForm struct {
	languages     string
	before, after string // of the name that is generated
	server        bool
	call          bool   // it is called, or made with new
	of            string // what it is a member of, after the name of the service: CartGrpc.newStub
}

var stubForms = []stubForm{
	{languages: "go", before: "New", after: "Client", call: true},
	{languages: "go", before: "Register", after: "Server", call: true, server: true},
	{languages: "java kotlin scala groovy", before: "newBlockingStub", of: "Grpc", call: true},
	{languages: "java kotlin scala groovy", before: "newStub", of: "Grpc", call: true},
	{languages: "java kotlin scala groovy", before: "newFutureStub", of: "Grpc", call: true},
	{languages: "java kotlin scala groovy", before: "newBlockingV2Stub", of: "Grpc", call: true},
	{languages: "kotlin", after: "CoroutineStub", call: true},
	{languages: "java scala groovy", after: "BlockingStub"},
	{languages: "java scala groovy", after: "FutureStub"},
	{languages: "java kotlin scala groovy", after: "ImplBase", server: true},
	{languages: "java kotlin", after: "CoroutineImplBase", server: true},
	{languages: "csharp", after: "Client", of: "="},
	{languages: "csharp", after: "Base", of: "=", server: true},
	{languages: "python", after: "Stub", call: true},
	{languages: "python", before: "add_", after: "Servicer_to_server", call: true, server: true},
	{languages: "rust", after: "Client", of: "connect"},
	{languages: "rust", after: "Server", of: "new", server: true},
	{languages: "c", before: "NewStub", of: ":", call: true},
	{languages: "c go php", after: "Processor", of: "thrift", server: true},
	{languages: "c", after: "Client", of: "thrift"},
	{languages: "go", before: "New", after: "ClientFactory", of: "thrift"},
	{languages: "csharp java kotlin python ruby", before: "Client", of: "thrift-member"},
	{languages: "csharp java kotlin", before: "AsyncClient", of: "thrift-member"},
	{languages: "csharp java kotlin python ruby", before: "Processor", of: "thrift-member", server: true},
	{languages: "csharp java kotlin", before: "AsyncProcessor", of: "thrift-member", server: true},
	{languages: "javascript typescript", before: "createClient", of: "thrift-argument", call: true},
	{languages: "javascript typescript", before: "createHttpClient", of: "thrift-argument", call: true},
	{languages: "javascript typescript", before: "createServer", of: "thrift-argument", call: true, server: true},
	{languages: "javascript typescript", before: "createWebServer", of: "thrift-argument", call: true, server: true},
	{languages: "c", before: "Service", of: "public", server: true},
	{languages: "ruby", before: "Stub", of: ":", call: true},
	{languages: "ruby", before: "Service", of: "<", server: true},
	{languages: "javascript typescript", before: "addService", of: "service", call: true, server: true},
	{languages: "javascript typescript php", after: "Client", of: "new", call: true},
}

// findStub looks at a name.
func (f *file) findStub(i int, forms []stubForm) int {
	name := f.bytes(i)
	for k := range forms {
		form := &forms[k]
		before, after := len(form.before), len(form.after)
		// The parts are compared without making a text of the name, which is most often no stub.
		if len(name) < before+after || string(name[:before]) != form.before || string(name[len(name)-after:]) != form.after {
			continue
		}
		symbol, ok := f.stubOf(i, string(name[before:len(name)-after]), form)
		if !ok || symbol == "" || isStandardService(symbol) {
			continue
		}
		kind := graph.CodeStub
		if form.server {
			kind = graph.CodeServer
		}
		f.show(i, graph.CodePlace{Kind: kind, Way: "source-stub", Symbol: symbol})
		return i + 1
	}
	return i
}

// stubOf returns the name of the service that a name at a token is generated for.
func (f *file) stubOf(i int, symbol string, form *stubForm) (string, bool) {
	if form.call && f.byte(i+1) != '(' && !(f.byte(i+1) == '<' && f.lang.Name == "c") && !(f.lang.Name == "ruby" && f.byte(i+1) == '.' && f.is(i+2, "new")) {
		return "", false
	}
	owner := ""
	switch f.byte(i - 1) {
	case '.':
		owner = f.string(i - 2)
	case ':':
		if f.byte(i-2) == ':' {
			owner = f.string(i - 3)
		}
	}
	switch form.of {
	case "":
		if f.lang.Name == "go" && owner == "" || f.lang.Name == "python" && !form.server && !strings.HasSuffix(owner, "_grpc") && owner != "" {
			return "", false
		}
		if f.lang.Name == "go" && !isCapital(symbol) {
			return "", false
		}
		if f.lang.types && !form.call && !strings.HasPrefix(owner, symbol+"Grpc") && f.times(symbol+"Grpc") == 0 {
			return "", false
		}
		if form.after == "CoroutineImplBase" || form.after == "ImplBase" || form.after == "CoroutineStub" {
			return symbol, owner == "" || strings.HasPrefix(owner, symbol+"Grpc")
		}
		return symbol, true
	case "Grpc":
		return strings.CutSuffix(strings.TrimSuffix(owner, "Kt"), "Grpc")
	case "=": // Cart.CartClient
		return symbol, symbol != "" && owner == symbol
	case ":":
		return owner, isCapital(owner)
	case "thrift":
		symbol = strings.TrimPrefix(symbol, "New")
		return symbol, isCapital(symbol) && f.usesLibrary("hrift")
	case "thrift-member":
		return owner, isCapital(owner) && f.byte(i-1) != 0 && f.usesLibrary("hrift")
	case "thrift-argument":
		args := f.args(i + 1)
		if len(args) < 2 || owner != "thrift" {
			return "", false
		}
		at := args[0]
		for f.byte(at+1) == '.' {
			at += 2
		}
		return f.string(at), isCapital(f.string(at))
	case "connect":
		return symbol, isCapital(symbol) && f.byte(i+1) == ':' && (f.is(i+3, "connect") || f.is(i+3, "new") || f.is(i+3, "with_interceptor"))
	case "new":
		if f.lang.Name == "rust" {
			return symbol, isCapital(symbol) && f.byte(i+1) == ':' && (f.is(i+3, "new") || f.is(i+3, "with_interceptor"))
		}
		at := i
		for f.byte(at-1) == '.' || f.byte(at-1) == '\\' {
			at -= 2
		}
		return symbol, f.is(at-1, "new") && isCapital(symbol) && (f.usesLibrary("grpc") || f.usesLibrary("Grpc"))
	case "public":
		at := i - 3
		for f.byte(at-1) == ':' && f.byte(at-2) == ':' {
			at -= 3
		}
		return owner, isCapital(owner) && f.is(at-1, "public")
	case "<":
		return owner, isCapital(owner)
	case "service": // server.addService(proto.shop.Cart.service, ...)
		for _, at := range f.args(i + 1) {
			end := at
			for f.byte(end+1) == '.' && f.kind(end+2) == word {
				end += 2
			}
			if f.is(end, "service") {
				return f.string(end - 2), isCapital(f.string(end - 2))
			}
			if s, ok := strings.CutSuffix(f.string(end), "Service"); ok && isCapital(s) {
				return s + "Service", true
			}
		}
	}
	return "", false
}

// usesLibrary reports whether the file names a library, by a part of its name: a class called CartClient may be anything.
func (f *file) usesLibrary(part string) bool { return bytes.Contains(f.src, []byte(part)) }

// isStandardService reports whether a service is one that all servers of gRPC have.
func isStandardService(name string) bool {
	switch name {
	case "Health", "HealthCheck", "ServerReflection", "Reflection", "Http", "HTTP", "Rest", "Grpc", "GRPC", "Thrift", "Client", "Server", "Web", "":
		return true
	}
	return false
}

func stubFormsOf(l *Language) []stubForm {
	var list []stubForm
	for _, form := range stubForms {
		if slices.Contains(strings.Fields(form.languages), l.Name) {
			list = append(list, form)
		}
	}
	return list
}
