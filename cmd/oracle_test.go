package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// istioExplained are the differences that are not faults of weir, by archive and call: why, with
// the line of Istio that shows it.
var istioExplained = map[string]string{
	"namespaces-012 blue/app red/one":    "two rules of one host with different exportTo are not merged: pilot/pkg/model/destination_rule.go:63",
	"namespaces-012 blue/app red/one /b": "as above",
}

// TestIstioOracle compares the effective policies of calls with those that Istio's control plane
// computes from the same inputs, call by call, part by part, field by field. The answers are
// recorded by tools/oracle/istio.
func TestIstioOracle(t *testing.T) {
	files, err := filepath.Glob("../testdata/oracle/istio/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded answers", err)
	}
	compared, explained := 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			var answers []istioAnswer
			for _, f := range archive.Files {
				if f.Name == "answer.jsonl" {
					answers = readAnswers(t, f.Data)
					continue
				}
				path := filepath.Join(dir, f.Name)
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if refused := slices.DeleteFunc(slices.Clone(answers), func(a istioAnswer) bool { return a.Refused == "" }); len(refused) > 0 {
				compareRefused(t, dir, refused)
				return
			}
			want, got := istioCalls(answers), weirCalls(t, dir)
			for _, key := range slices.Sorted(maps.Keys(want)) {
				compared++
				diff := compareParts(want[key], got[key])
				switch reason := istioExplained[name+" "+key]; {
				case diff == "":
				case reason != "":
					explained++
				default:
					t.Errorf("%s: %s", key, diff)
				}
			}
			for key := range got {
				if want[key] == nil && istioExplained[name+" "+key] == "" {
					t.Errorf("%s: only weir has this part", key)
				}
			}
		})
	}
	t.Logf("%d archives, %d calls compared, %d explained", len(files), compared, explained)
	if explained*50 > compared {
		t.Errorf("%d of %d differences are explained, at most 2 %% may be", explained, compared)
	}
}

// istioAnswer is a line of an answer, see tools/oracle/istio.
type istioAnswer struct {
	Refused, Caller, Proxy, Callee, Subset, Match string
	TCP                                           bool
	Timeout, PerTry, Backoff, Connect, Balance    string
	Retries                                       int
	On                                            []string
	OutlierDetection                              *struct {
		Consecutive5xx, ConsecutiveGateway int
		Interval, BaseEjectionTime         string
		MaxEjectionPercent, PanicThreshold float64
	}
	Limits struct {
		Connections, Pending, Requests, Retries int
		RetryBudget                             float64
	}
}

func readAnswers(t *testing.T, data []byte) []istioAnswer {
	t.Helper()
	var answers []istioAnswer
	d := json.NewDecoder(bytes.NewReader(data))
	for d.More() {
		var a istioAnswer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	return answers
}

// parts are those of a call that the same requests belong to: by subset, or by the route that
// leads to them.
type parts []map[string]string

// istioCalls returns the parts of every call, by caller, callee and match.
func istioCalls(answers []istioAnswer) map[string]parts {
	calls := map[string]parts{}
	for _, a := range answers {
		if a.Caller != "" && a.Proxy != "none" {
			key := strings.TrimSpace(a.Caller + " " + a.Callee + " " + sortedWords(a.Match))
			calls[key] = append(calls[key], a.fields())
		}
	}
	return calls
}

func (a *istioAnswer) fields() map[string]string {
	f := map[string]string{"connect": a.Connect, "balance": strings.ReplaceAll(a.Balance, "_", "-"), "connections": number(a.Limits.Connections)}
	if o := a.OutlierDetection; o != nil {
		f["outliers"] = fmt.Sprintf("%d %d %s %s %g%% %g%%", o.Consecutive5xx, o.ConsecutiveGateway, o.Interval, o.BaseEjectionTime, o.MaxEjectionPercent, o.PanicThreshold)
	}
	if a.TCP {
		return f
	}
	f["timeout"], f["retries"] = a.Timeout, number(a.Retries)
	f["pending"], f["requests"], f["maxRetries"] = number(a.Limits.Pending), number(a.Limits.Requests), number(a.Limits.Retries)
	if a.Retries > 0 {
		on, _ := policy.ParseRetryOn(product.IstioRetryOn, a.On...)
		f["perTry"], f["on"] = a.PerTry, strings.Join(on, ",")
		if f["backoff"] = a.Backoff; a.Backoff == "" {
			f["backoff"] = "25ms" // Envoy's
		}
		if a.Limits.RetryBudget > 0 {
			f["budget"] = fmt.Sprintf("%g", a.Limits.RetryBudget)
		}
	}
	return f
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// sortedWords is a match with its words in order, whatever order a product has its conditions in.
func sortedWords(match string) string {
	words := strings.Fields(match)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// weirCalls returns the same of what weir makes of a directory.
func weirCalls(t *testing.T, dir string) map[string]parts {
	t.Helper()
	var out, errs bytes.Buffer
	Main([]string{"policies", dir, "-o", "json"}, strings.NewReader(""), &out, &errs)
	var document struct{ Policies []wire.PolicyRow }
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	calls := map[string]parts{}
	for _, row := range document.Policies {
		at := slices.IndexFunc(row.Layers, func(l wire.Layer) bool { return l.Product == "istio" })
		if at < 0 {
			continue
		}
		match, _, _ := strings.Cut(" "+row.Match, " subset ")
		match = strings.TrimSpace(match)
		if rest, found := strings.CutPrefix(match, "to "); found { // of one of several names
			_, match, _ = strings.Cut(rest, " ")
		}
		if rest, found := strings.CutPrefix(match, "route "); found { // of one of several routes
			_, match, _ = strings.Cut(rest, " ")
		}
		for _, one := range strings.Split(match, " or ") {
			key := strings.TrimSpace(row.From + " " + row.To + " " + sortedWords(one))
			calls[key] = append(calls[key], weirFields(&row.Layers[at].Policy))
		}
	}
	return calls
}

func weirFields(p *wire.Policy) map[string]string {
	f := map[string]string{}
	if t := p.Timeout; t != nil {
		f["timeout"], f["perTry"], f["connect"] = durationText(t.Total), durationText(t.PerTry), durationText(t.Connect)
	}
	if r := p.Retry; r != nil && r.Retries.Value != nil && *r.Retries.Value > 0 {
		f["retries"] = fmt.Sprint(*r.Retries.Value)
		if r.On.Value != nil {
			f["on"] = strings.Join(*r.On.Value, ",")
		}
		if r.Backoff != nil {
			f["backoff"] = durationText(r.Backoff.Base)
		}
		if r.Budget.Value != nil {
			f["budget"] = fmt.Sprintf("%g", percent(r.Budget))
		}
	} else {
		delete(f, "perTry") // of no try that is repeated
	}
	if b := p.Bulkhead; b != nil {
		f["connections"], f["pending"], f["requests"], f["maxRetries"] = countText(b.MaxConnections), countText(b.MaxPending), countText(b.MaxConcurrent), countText(b.MaxRetries)
	}
	if b := p.Breaker; b != nil && b.Kind.Value != nil {
		f["outliers"] = fmt.Sprintf("%d %d %s %s %g%% %g%%", valueOf(b.Failures), valueOf(b.Gateway), durationText(b.Window), durationText(b.Open), percent(b.MaxEject), percent(b.Panic))
	}
	if b := p.Balance; b != nil && b.Strategy.Value != nil {
		f["balance"] = *b.Strategy.Value
	}
	return f
}

func valueOf(s wire.Setting[int]) int {
	if s.Value == nil {
		return 0
	}
	return *s.Value
}

func countText(s wire.Setting[int]) string { return number(valueOf(s)) }

func percent(s wire.Setting[float64]) float64 {
	if s.Value == nil {
		return 0
	}
	return math.Round(*s.Value*1000) / 10
}

func durationText(s wire.Setting[wire.Duration]) string {
	if s.Value == nil {
		return ""
	}
	d, err := time.ParseDuration(string(*s.Value))
	if err != nil {
		return string(*s.Value)
	}
	return d.String()
}

// compareParts writes in what two sets of parts differ, "" for nothing.
func compareParts(want, got parts) string {
	if got == nil {
		return "weir does not have this part"
	}
	lacks := func(all parts, one map[string]string, swap bool) string {
		least := ""
		for _, other := range all {
			diff := compareFields(one, other)
			if swap {
				diff = compareFields(other, one)
			}
			if diff == "" {
				return ""
			}
			if least == "" || len(diff) < len(least) {
				least = diff
			}
		}
		return least
	}
	for _, w := range want {
		if diff := lacks(got, w, false); diff != "" {
			return diff
		}
	}
	for _, g := range got {
		if diff := lacks(want, g, true); diff != "" {
			return diff
		}
	}
	return ""
}

// compareFields writes the fields in which two parts differ, "" for none.
func compareFields(want, got map[string]string) string {
	var diff []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if want[key] != got[key] {
			diff = append(diff, fmt.Sprintf("%s: Istio %q, weir %q", key, want[key], got[key]))
		}
	}
	for _, key := range []string{"outliers", "perTry", "budget"} {
		if _, both := want[key]; !both && got[key] != "" {
			diff = append(diff, fmt.Sprintf("%s: Istio none, weir %q", key, got[key]))
		}
	}
	return strings.Join(diff, "; ")
}

// compareRefused fails if an object that Istio refuses is not one of weir's findings.
func compareRefused(t *testing.T, dir string, refused []istioAnswer) {
	t.Helper()
	var out, errs bytes.Buffer
	Main([]string{"check", dir}, strings.NewReader(""), &out, &errs)
	for _, a := range refused {
		if !strings.Contains(out.String(), a.Refused) {
			t.Errorf("Istio refuses %s, weir reports nothing about it", a.Refused)
		}
	}
}
