package readertest

import (
	"reflect"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// checkFacts fails when a fact breaks what the builder relies on: every fact has
// a place in a file, names a thing, and a party is named in one way.
func checkFacts(t *testing.T, f *graph.Facts) {
	t.Helper()
	all := reflect.ValueOf(*f)
	for i := range all.NumField() {
		for j := range all.Field(i).Len() {
			fact := all.Field(i).Index(j)
			if at := originOf(fact); at.File() == "" || at.Reader() == "" || at.Line < 1 {
				t.Errorf("%s %+v has no place in a file", factWord(all.Type().Field(i).Name), fact.Interface())
			}
		}
	}
	for _, thing := range f.Entities {
		checkRef(t, "thing", thing.Ref)
	}
	for _, name := range f.Names {
		checkRef(t, "name", name.Ref)
	}
	for _, config := range f.Configs {
		checkRef(t, "config", config.Ref)
	}
	for _, use := range f.Uses {
		checkRef(t, "user of a config", use.Of)
		checkRef(t, "used config", use.Config)
	}
	for _, value := range f.Values {
		checkRef(t, "owner of a value", value.Of)
		checkPlace(t, value.Origin, value.In)
	}
	for _, scaler := range f.Scalers {
		checkRef(t, "scaled thing", scaler.Of)
	}
	for _, m := range f.Members {
		checkRef(t, "group", m.Of)
		checkParty(t, graph.CallFact{Evidence: graph.Evidence{Origin: m.Origin}}, "member", m.Party)
		checkPlace(t, m.Origin, m.In)
	}
	for _, call := range f.Calls {
		checkParty(t, call, "caller", call.From)
		checkParty(t, call, "callee", call.To)
		if call.Way == "" {
			t.Errorf("%s: call without a way: %+v", call.Origin, call)
		}
		checkPlace(t, call.Origin, call.In)
	}
	for i := range f.Policies {
		checkPolicy(t, &f.Policies[i])
	}
	for _, c := range f.Configs {
		for _, e := range c.Entries {
			for i := range e.Policies {
				checkPolicy(t, &e.Policies[i])
			}
		}
	}
}

// checkPlace fails if a place has a share below nothing, or is in a group without a place in
// a file.
func checkPlace(t *testing.T, at graph.Origin, p *graph.Place) {
	t.Helper()
	for p != nil {
		if p.Share < 0 || p.Group != nil && p.Group.Origin.File() == "" {
			t.Errorf("%s: a negative share, or a group without a place: %+v", at, *p)
			return
		}
		if p.Group == nil {
			return
		}
		p = p.Group.In
	}
}

// checkPolicy fails if a policy cannot be bound or its findings cannot be reported.
func checkPolicy(t *testing.T, p *graph.Policy) {
	t.Helper()
	if p.Product == nil || p.Object == "" {
		t.Errorf("%s: policy of no product or object: %+v", p.Origin, p)
	}
	for _, party := range p.From {
		checkParty(t, graph.CallFact{Evidence: graph.Evidence{Origin: p.Origin}}, "policy's caller", party)
	}
	for _, party := range p.To {
		checkParty(t, graph.CallFact{Evidence: graph.Evidence{Origin: p.Origin}}, "policy's callee", party)
	}
	for _, flaw := range p.Flaws {
		if flaw.Field == "" || flaw.Why == "" || flaw.Origin.Line < 1 {
			t.Errorf("%s: flaw without field, reason or place: %+v", p.Origin, flaw)
		}
	}
}

func checkRef(t *testing.T, what string, r graph.Ref) {
	t.Helper()
	if r.IsZero() {
		t.Errorf("%s without a name: %+v", what, r)
	}
}

func checkParty(t *testing.T, call graph.CallFact, end string, p graph.EndpointRef) {
	t.Helper()
	named := 0
	for _, set := range []bool{!p.Ref.IsZero(), !p.Group.IsZero(), p.Host.Host != "", !p.Pods.IsZero(), p.Account != ""} {
		if set {
			named++
		}
	}
	if named != 1 {
		t.Errorf("%s: %s is named in %d ways, want 1: %+v", call.Origin, end, named, p)
	}
}
