package cmd

import (
	"bytes"
	"cmp"
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
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// An oracle is a product whose own code has said what it makes of inputs. The answers are recorded
// by tools/oracle in testdata/oracle/NAME.
type oracle struct {
	name   string
	layers []string                 // the products of weir's layers that are compared
	apart  func(*wire.Layer) string // if each layer has a line of its own: by which name
	rest   bool                     // a part without a row is in that of the whole call
	fields []string                 // of all that are compared; of calls without requests only those in ofConnections
	words  *policy.RetryWords       // for conditions of retries
	envoy  bool                     // the proxy is Envoy
	panic  float64                  // its threshold where none is set

	// explained are the differences that are not faults of weir, by archive and call: why, with
	// the line of the product that shows it.
	explained map[string]string
}

var oracles = []oracle{
	{
		name: "istio", layers: []string{"istio"}, rest: true, words: product.IstioRetryOn, envoy: true,
		fields: []string{
			"timeout", "perTry", "retries", "on", "backoff", "budget", "connect", "outliers", "connections", "pending", "requests", "maxRetries", "balance",
		},
		explained: map[string]string{
			"namespaces-012 blue/app red/one":    "two rules of one host with different exportTo are not merged: pilot/pkg/model/destination_rule.go:63",
			"namespaces-012 blue/app red/one /b": "as above",
		},
	},
	{
		name: "dapr", layers: []string{"dapr", "dapr-default"}, apart: func(l *wire.Layer) string { return l.Product },
		fields: []string{"perTry", "retries", "backoff", "maxBackoff", "multiplier", "until", "opens", "share", "open", "window"},
	},
	{
		name: "contour", layers: []string{"contour"}, words: withStatuses(product.ContourRetryOn), envoy: true,
		fields: []string{"timeout", "idle", "perTry", "retries", "on", "backoff", "connect", "connections", "pending", "requests", "maxRetries", "balance"},
	},
	{
		name: "envoygateway", layers: []string{"envoy-gateway"}, rest: true, words: withStatuses(product.EnvoyGatewayRetryOn), envoy: true, panic: 50,
		fields: []string{
			"timeout", "idle", "perTry", "retries", "on", "backoff", "maxBackoff", "budget", "connect", "outliers", "connections", "pending", "requests",
			"maxRetries", "balance",
		},
		explained: map[string]string{
			"listeners-003 canal/bank canal/lock /fast*": oneCluster,
			"listeners-003 canal/bank canal/weir":        oneCluster,
		},
	},
	{
		name: "consul", layers: []string{"consul"}, apart: func(l *wire.Layer) string { return l.Layer }, words: withStatuses(product.ConsulRetryOn), envoy: true,
		fields: []string{"timeout", "perTry", "retries", "on", "backoff", "connect", "outliers", "connections", "pending", "requests", "maxRetries", "balance"},
		explained: map[string]string{
			"chain-001 red/app red/three client-proxy":                      twoClusters,
			"chain-001 red/app red/three header without x-who client-proxy": twoClusters,
			"chain-005 red/web red/three client-proxy":                      twoClusters,
			"chain-005 red/web red/three header without x-who client-proxy": twoClusters,
			"resolver-002 red/web red/three client-proxy":                   twoClusters,
			"resolver-005 red/web red/three client-proxy":                   twoClusters,
			"defaults-006 red/web red/one client-proxy":                     "the protocol of proxy-defaults goes before that of the callee where a caller declares no upstream: agent/configentry/resolve.go:62",
		},
	},
	{
		name: "grpc", layers: []string{"grpc"}, words: product.GRPCRetryCodes,
		fields: []string{"timeout", "retries", "on", "backoff", "maxBackoff", "multiplier"},
	},
}

// oneCluster is why listeners may differ in what belongs to no request.
const oneCluster = "the listeners of a rule share its cluster, which is as the first of them has it: internal/xds/translator/translator.go:1303"

// twoClusters is why the calls of a pair of services may differ in what belongs to no request.
const twoClusters = "one service is reached by a route, and takes over for others: each way has a cluster of its own, agent/xds/clusters.go:1342"

// withStatuses returns words among which statuses may be.
func withStatuses(words *policy.RetryWords) *policy.RetryWords {
	both := *words
	both.Statuses = true
	return &both
}

// ofConnections are the fields that act on calls without requests.
var ofConnections = []string{"connect", "outliers", "connections", "balance"}

// TestOracles compares the effective policies of calls with those that the products compute from
// the same inputs, call by call, part by part, field by field.
func TestOracles(t *testing.T) {
	for i := range oracles {
		o := &oracles[i]
		t.Run(o.name, o.test)
	}
}

func (o *oracle) test(t *testing.T) {
	files, err := filepath.Glob("../testdata/oracle/" + o.name + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded answers", err)
	}
	compared, explained := 0, 0
	for i, file := range files {
		if !testlong.Every(4, i) {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			dir, answers := inputOf(t, file)
			if refused := slices.DeleteFunc(slices.Clone(answers), func(a oracleAnswer) bool { return a.Refused == "" }); len(refused) > 0 {
				compareRefused(t, dir, refused)
				return
			}
			want, got := o.answered(answers), o.weirCalls(t, dir)
			asked := map[string]bool{}
			unsure := map[string]bool{}
			for i := range answers {
				asked[answers[i].Caller] = true
				unsure[answers[i].Caller] = answers[i].Unsure
			}
			for _, key := range slices.Sorted(maps.Keys(want)) {
				parts, found := got[key]
				if call := ofWhole(key); !found && o.rest { // the row for the rest is for this part, too
					parts = got[call]
					want[call] = append(want[call], want[key]...)
				}
				caller, _, _ := strings.Cut(key, " ")
				if parts.empty() && (want[key].empty() || unsure[caller]) {
					continue
				}
				compared++
				switch diff := o.compareParts(want[key], parts); {
				case diff == "":
				case o.explained[name+" "+key] != "":
					explained++
				default:
					t.Errorf("%s: %s", key, diff)
				}
			}
			for key := range got {
				caller, _, _ := strings.Cut(key, " ")
				if asked[caller] && want[key].empty() && !got[key].empty() && o.explained[name+" "+key] == "" {
					t.Errorf("%s: only weir has this part", key)
				}
			}
		})
	}
	t.Logf("%d calls compared, %d explained", compared, explained)
	if testlong.On() && explained*50 > compared {
		t.Errorf("%d of %d differences are explained, at most 2 %% may be", explained, compared)
	}
}

// ofWhole is the call of which a key names a part.
func ofWhole(key string) string {
	words := strings.SplitN(key, " ", 3)
	return strings.Join(words[:2], " ")
}

// inputOf writes the input in an archive to a directory, and returns the answer beside it.
func inputOf(t *testing.T, file string) (dir string, answers []oracleAnswer) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
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
	return dir, answers
}

// oracleAnswer is a line of an answer, see tools/oracle/answer.
type oracleAnswer struct {
	Refused, Caller, Proxy, Callee, Match                   string
	TCP, Unsure                                             bool
	Timeout, PerTry, Idle, Backoff, Until, Connect, Balance string
	MaxBackoff                                              string
	Retries                                                 int
	Multiplier                                              float64
	On                                                      []string
	OutlierDetection                                        *struct {
		Consecutive5xx, ConsecutiveGateway int
		Interval, BaseEjectionTime         string
		MaxEjectionPercent, PanicThreshold float64
	}
	Breaker struct {
		Opens          int
		Share          float64
		Open, Interval string
	}
	Limits struct {
		Connections, Pending, Requests, Retries int
		RetryBudget                             *float64
	}
}

func readAnswers(t *testing.T, data []byte) []oracleAnswer {
	t.Helper()
	var answers []oracleAnswer
	d := json.NewDecoder(bytes.NewReader(data))
	for d.More() {
		var a oracleAnswer
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

// empty reports whether nothing acts on a call.
func (p parts) empty() bool {
	return !slices.ContainsFunc(p, func(fields map[string]string) bool {
		for _, value := range fields {
			if value != "" {
				return true
			}
		}
		return false
	})
}

// answered returns the parts of every call, by caller, callee and match, and by layer where each has
// a line of its own.
func (o *oracle) answered(answers []oracleAnswer) map[string]parts {
	calls := map[string]parts{}
	for _, a := range answers {
		if a.Caller == "" || a.Proxy == "none" {
			continue
		}
		key := strings.TrimSpace(a.Caller + " " + a.Callee + " " + sortedWords(a.Match))
		if o.apart != nil {
			key += " " + a.Proxy
		}
		fields := a.fields(o)
		if o.envoy && a.Retries == 0 { // these are of retries
			fields["perTry"], fields["backoff"], fields["maxBackoff"] = "", "", ""
		}
		maps.DeleteFunc(fields, func(name, _ string) bool {
			return !slices.Contains(o.fields, name) || a.TCP && !slices.Contains(ofConnections, name)
		})
		calls[key] = append(calls[key], fields)
	}
	return calls
}

func (a *oracleAnswer) fields(o *oracle) map[string]string {
	if o.envoy && len(a.On) == 0 { // nothing is retried without a condition
		a.Retries = 0
	}
	f := map[string]string{
		"timeout": a.Timeout, "idle": a.Idle, "perTry": a.PerTry, "retries": number(a.Retries), "on": "", "backoff": a.Backoff, "maxBackoff": a.MaxBackoff,
		"multiplier": decimal(a.Multiplier), "until": a.Until, "budget": "", "connect": a.Connect, "outliers": "",
		"opens": number(a.Breaker.Opens), "share": decimal(a.Breaker.Share), "open": a.Breaker.Open, "window": a.Breaker.Interval,
		"connections": number(a.Limits.Connections), "pending": number(a.Limits.Pending), "requests": number(a.Limits.Requests),
		"maxRetries": number(a.Limits.Retries), "balance": strings.ReplaceAll(strings.ReplaceAll(a.Balance, "_", "-"), "cluster-provided", "passthrough"), // by the caller
	}
	if d := a.OutlierDetection; d != nil {
		f["outliers"] = fmt.Sprintf("%d %d %s %s %g%% %g%%", d.Consecutive5xx, d.ConsecutiveGateway, d.Interval, d.BaseEjectionTime, d.MaxEjectionPercent, d.PanicThreshold)
	}
	if a.Retries != 0 && o.words != nil {
		on, _ := policy.ParseRetryOn(o.words, a.On...)
		f["on"] = strings.Join(on, ",")
		if a.Limits.RetryBudget != nil {
			f["budget"] = fmt.Sprintf("%g", *a.Limits.RetryBudget)
		}
	}
	if a.Retries != 0 && o.envoy {
		f["backoff"] = cmp.Or(a.Backoff, "25ms")
	}
	return f
}

func decimal(x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%g", x)
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
func (o *oracle) weirCalls(t *testing.T, dir string) map[string]parts {
	t.Helper()
	var out, errs bytes.Buffer
	Main([]string{"policies", dir, "-o", "json"}, strings.NewReader(""), &out, &errs)
	var document struct{ Policies []wire.PolicyRow }
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	calls := map[string]parts{}
	for _, row := range document.Policies {
		match, _, _ := strings.Cut(" "+row.Match, " subset ")
		match = strings.TrimSpace(match)
		for _, prefix := range []string{"to ", "route ", "listener "} { // of one of several names, routes or listeners
			if rest, found := strings.CutPrefix(match, prefix); found {
				_, match, _ = strings.Cut(rest, " ")
			}
		}
		for i := range row.Layers {
			l := &row.Layers[i]
			if !slices.Contains(o.layers, l.Product) {
				continue
			}
			for _, one := range strings.Split(match, " or ") {
				key := strings.TrimSpace(row.From + " " + row.To + " " + sortedWords(one))
				if o.apart != nil {
					key += " " + o.apart(l)
				}
				fields := o.weirFields(&l.Policy)
				maps.DeleteFunc(fields, func(name, _ string) bool { return !slices.Contains(o.fields, name) })
				if o.envoy && fields["retries"] == "" {
					delete(fields, "perTry")
				}
				calls[key] = append(calls[key], fields)
			}
		}
	}
	return calls
}

func (o *oracle) weirFields(p *wire.Policy) map[string]string {
	f := map[string]string{}
	if t := p.Timeout; t != nil {
		f["timeout"], f["perTry"], f["connect"], f["idle"] = durationText(t.Total), durationText(t.PerTry), durationText(t.Connect), durationText(t.Idle)
	}
	if r := p.Retry; r != nil && valueOf(r.Retries) != 0 && (r.On.Value == nil || len(*r.On.Value) > 0) {
		f["retries"], f["until"] = fmt.Sprint(*r.Retries.Value), durationText(r.MaxDuration)
		if r.On.Value != nil {
			f["on"] = strings.Join(*r.On.Value, ",")
		}
		if b := r.Backoff; b != nil {
			f["backoff"], f["maxBackoff"] = durationText(b.Base), durationText(b.Max)
			if f["multiplier"] = "1"; b.Kind.Value == nil || *b.Kind.Value != "fixed" {
				f["multiplier"] = decimal(valueOf(b.Multiplier))
			} else {
				delete(f, "maxBackoff") // waits of one length have none
			}
		}
		if r.Budget.Value != nil {
			f["budget"] = fmt.Sprintf("%g", percent(r.Budget))
		}
	}
	if b := p.Bulkhead; b != nil {
		f["connections"], f["pending"], f["requests"], f["maxRetries"] = countText(b.MaxConnections), countText(b.MaxPending), countText(b.MaxConcurrent), countText(b.MaxRetries)
	}
	if b := p.Breaker; b != nil && b.Kind.Value != nil {
		panic := o.panic
		if b.Panic.Value != nil {
			panic = percent(b.Panic)
		}
		f["outliers"] = fmt.Sprintf("%d %d %s %s %g%% %g%%", valueOf(b.Failures), valueOf(b.Gateway), durationText(b.Window), durationText(b.Open), percent(b.MaxEject), panic)
		f["opens"], f["share"] = number(opensAt(b)), decimal(valueOf(b.ErrorRate))
		f["open"], f["window"] = durationText(b.Open), durationText(b.Window)
	}
	if b := p.Balance; b != nil && b.Strategy.Value != nil {
		f["balance"] = *b.Strategy.Value
	}
	return f
}

// opensAt returns after how many calls, which all fail, a breaker opens.
func opensAt(b *wire.Breaker) int {
	if n := valueOf(b.Failures); n > 0 && (b.ErrorRate.Value == nil || n < valueOf(b.MinCalls)) {
		return n
	}
	return valueOf(b.MinCalls)
}

// valueOf is zero for none.
func valueOf[T any](s wire.Setting[T]) T {
	var none T
	if s.Value == nil {
		return none
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
func (o *oracle) compareParts(want, got parts) string {
	if got == nil {
		return "weir does not have this part"
	}
	lacks := func(all parts, one map[string]string, swap bool) string {
		least := ""
		for _, other := range all {
			diff := o.compareFields(one, other)
			if swap {
				diff = o.compareFields(other, one)
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
func (o *oracle) compareFields(want, got map[string]string) string {
	var diff []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if want[key] != got[key] {
			diff = append(diff, fmt.Sprintf("%s: %s %q, weir %q", key, o.name, want[key], got[key]))
		}
	}
	return strings.Join(diff, "; ")
}

// compareRefused fails if an object that a product refuses is not one of weir's findings.
func compareRefused(t *testing.T, dir string, refused []oracleAnswer) {
	t.Helper()
	var out, errs bytes.Buffer
	Main([]string{"check", dir}, strings.NewReader(""), &out, &errs)
	for _, a := range refused {
		if !strings.Contains(out.String(), a.Refused) {
			t.Errorf("%s is refused, weir reports nothing about it", a.Refused)
		}
	}
}
