package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/link"
)

// timedOTLP writes spans that a test gives one a line, times in milliseconds:
//
//	id parent service kind name from-to [key=value...] [!]
//
// "name*3" writes three of them, each as long and after the one before, "name|3" all
// three at once. In names, "_" is a space.
func timedOTLP(trace int, spec string) string {
	var b strings.Builder
	for line := range strings.Lines(spec) {
		f := strings.Fields(line)
		if len(f) < 6 {
			continue
		}
		name, times, repeated := strings.Cut(f[4], "*")
		step := 1
		if !repeated {
			name, times, repeated = strings.Cut(f[4], "|")
			step = 0
		}
		n := 1
		if repeated {
			n, _ = strconv.Atoi(times)
		}
		var from, to int
		fmt.Sscanf(f[5], "%d-%d", &from, &to)
		for i := range n {
			id := f[0]
			if i > 0 {
				id += fmt.Sprintf("0%d", i)
			}
			status := ""
			var attributes []string
			for _, x := range f[6:] {
				if key, value, ok := strings.Cut(x, "="); ok {
					attributes = append(attributes, fmt.Sprintf(`{"key":%q,"value":{"stringValue":%q}}`, key, strings.ReplaceAll(value, "_", " ")))
				} else {
					status = `"code":2`
				}
			}
			at := step * i * (to - from)
			fmt.Fprintf(&b, `{"resourceSpans":[{"resource":{"attributes":[%s]},"scopeSpans":[{"spans":[{"traceId":"%x","spanId":"%s","parentSpanId":"%s",`+
				`"name":%q,"kind":%q,"startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[%s],"status":{%s}}]}]}]}`+"\n",
				serviceOf(f[2]), 0xabc00+trace, id, dashed(f[1]), strings.ReplaceAll(name, "_", " "), f[3],
				1_760_000_000_000_000_000+(from+at)*1_000_000, 1_760_000_000_000_000_000+(to+at)*1_000_000, strings.Join(attributes, ","), status)
		}
	}
	return b.String()
}

// spreads shows how the calls in spans are distributed over requests.
func spreads(t testing.TB, text string) string {
	t.Helper()
	workers, outcomes := readAll(otlpJSON, []byte(text), 1)
	for _, o := range outcomes {
		for _, p := range o.Problems {
			t.Errorf("%s: %s", p.Origin, p.Message)
		}
	}
	facts, _ := Link(workers, 1)
	return strings.Join(spreadsOf(facts), "\n")
}

func spreadsOf(facts *graph.Facts) []string {
	var list []string
	for o := range graph.AllObservations(facts.Observations) {
		if o.More().Requests == 0 {
			continue
		}
		s := fmt.Sprintf("%s > %s: %g in %g", o.From.Name, o.To.Name, o.More().Within, o.More().Requests)
		slices.SortFunc(o.More().Repeats, func(a, b graph.Repeat) int { return strings.Compare(a.During+a.Operation, b.During+b.Operation) })
		for _, r := range o.More().Repeats {
			for _, c := range r.Counts {
				s += fmt.Sprintf("; %g x %q during %q in %g, %g traces, %v of %v", c.Calls, r.Operation, r.During, c.Requests, c.Traces, c.Took, c.Of)
			}
		}
		list = append(list, s)
	}
	for _, c := range facts.Pairs {
		list = append(list, fmt.Sprintf("%s: %s beside %s in %g, %g at once, %g in turn", c.From.Name, c.To.Name, c.With.Name, c.Requests, c.Overlapping, c.InTurn))
	}
	return list
}

// TestSiblings has the ways in which calls of one request follow each other or overlap.
func TestSiblings(t *testing.T) {
	const request = "1 - web server GET_/cart 0-1000\n"
	for _, tt := range []struct{ name, spans, want string }{
		{"one after the other", request + "2 1 web client GET_/item/17*7 0-10 peer.service=items",
			`web > items: 7 in 1; 7 x "GET /item/{id}" during "GET /cart" in 1, 1 traces, 70ms of 1s`},
		{"each with the callee's half", request + "2 1 web client GET 0-10 peer.service=items\n 3 2 items server GET_/item/{id} 1-9\n" +
			" 4 1 web client GET*4 10-20\n 5 4 items server GET_/item/{id} 11-19\n 6 401 items server GET_/item/{id} 21-29\n 7 402 items server GET_/item/{id} 31-39\n 8 403 items server GET_/item/{id} 41-49",
			`web > items: 5 in 1; 5 x "GET /item/{id}" during "GET /cart" in 1, 1 traces, 50ms of 1s`},
		{"some unanswered", request + "2 1 web client GET 0-10 peer.service=items\n 3 2 items server GET_/item/17 1-9\n 4 1 web client GET_/item/18*5 10-20 peer.service=items",
			`web > items: 6 in 1; 6 x "GET /item/{id}" during "GET /cart" in 1, 1 traces, 60ms of 1s`},
		{"a failure without an answer", request + "2 1 web client GET_/item/17 0-10 peer.service=items !\n 3 1 web client GET 10-20\n 4 3 items server GET_/item/17 11-19\n" +
			" 5 1 web client GET_/item/18*3 20-30 peer.service=items", `web > items: 5 in 1`},
		{"a database named like a service", request + "2 1 web client GET_/item/17 0-10 peer.service=items\n 3 1 web client SELECT_1 10-20 db.name=items", "web > items: 1 in 1\nweb > items: 1 in 1\nweb: items beside items in 1, 0 at once, 1 in turn"},
		{"too few", request + "2 1 web client GET_/item/17*4 0-10 peer.service=items", "web > items: 4 in 1"},
		{"all at once", request + "2 1 web client GET_/item/17|25 0-10 peer.service=items", "web > items: 25 in 1"},
		{"on two edges", request + "2 1 web client GET_/item/17*5 0-10 peer.service=items\n 3 1 web client GET_/item/18*5 0-10 peer.service=items", "web > items: 10 in 1"},
		{"a little at once", request + "2 1 web client GET_/item/17*6 0-10 peer.service=items\n 3 1 web client GET_/item/18*2 55-65 peer.service=items",
			`web > items: 8 in 1; 8 x "GET /item/{id}" during "GET /cart" in 1, 1 traces, 75ms of 1s`},
		{"other operations", request + "2 1 web client GET_/a 0-10 peer.service=items\n 3 1 web client GET_/b 10-20 peer.service=items\n 4 1 web client GET_/c 20-30 peer.service=items\n" +
			" 5 1 web client GET_/d 30-40 peer.service=items\n 6 1 web client GET_/e 40-50 peer.service=items", "web > items: 5 in 1"},
		{"an operation without words", request + "2 1 web client GET*7 0-10 peer.service=items", "web > items: 7 in 1"},
		{"pages of a list", request + "2 1 web client GET*7 0-10 peer.service=items http.request.method=GET url.full=http://items/all?page=3", "web > items: 7 in 1"},
		{"tries again, marked", request + "2 1 web client GET_/item/17 0-10 peer.service=items !\n 3 1 web client GET_/item/17*6 10-20 peer.service=items http.request.resend_count=2", "web > items: 7 in 1"},
		{"tries again, each marked", request + "2 1 web client GET_/item/17*6 10-20 peer.service=items http.request.resend_count=2", "web > items: 6 in 1"},
		{"a request that fails", "1 - web server GET_/cart 0-100 !\n 2 1 redis client GetDriver*6 0-10",
			`web > redis: 6 in 1; 6 x "GetDriver" during "GET /cart" in 1, 1 traces, 60ms of 100ms`},
		{"tries again after failures", request + "2 1 web client GET_/item/17*7 0-10 peer.service=items !", "web > items: 7 in 1"},
		{"tries again in between", request + "2 1 web client GET_/item/17 0-10 peer.service=items !\n 3 1 web client GET_/item/17*6 10-20 peer.service=items",
			`web > items: 7 in 1; 6 x "GET /item/{id}" during "GET /cart" in 1, 1 traces, 60ms of 1s`},
		{"behind a local span each", request + "2 1 web internal load_item_1 0-10\n 3 1 web internal load_item_2*4 10-20\n 4 2 web client GET_/i/17 0-10 peer.service=items\n" +
			" 5 3 web client GET_/i/17 10-20 peer.service=items\n 6 301 web client GET_/i/17 20-30 peer.service=items\n 7 302 web client GET_/i/17 30-40 peer.service=items\n 8 303 web client GET_/i/17 40-50 peer.service=items",
			`web > items: 5 in 1; 5 x "GET /i/{id}" during "GET /cart" in 1, 1 traces, 50ms of 1s`},
		{"behind local spans of one name", request + "2 1 web internal load*5 0-10\n 4 2 web client GET_/i/17 0-10 peer.service=items\n" +
			" 5 201 web client GET_/i/17 10-20 peer.service=items\n 6 202 web client GET_/i/17 20-30 peer.service=items\n 7 203 web client GET_/i/17 30-40 peer.service=items\n 8 204 web client GET_/i/17 40-50 peer.service=items",
			`web > items: 5 in 1; 5 x "GET /i/{id}" during "GET /cart" in 1, 1 traces, 50ms of 1s`},
		{"from five places", request + "2 1 web internal a 0-10\n 3 1 web internal b 10-20\n 4 1 web internal c 20-30\n 5 1 web internal d 30-40\n 6 1 web internal e 40-50\n" +
			" 7 2 web client GET_/me 0-10 peer.service=auth\n 8 3 web client GET_/me 10-20 peer.service=auth\n 9 4 web client GET_/me 20-30 peer.service=auth\n" +
			" a 5 web client GET_/me 30-40 peer.service=auth\n b 6 web client GET_/me 40-50 peer.service=auth", "web > auth: 5 in 1"},
		{"messages", request + "2 1 web producer publish*7 0-10 messaging.destination.name=orders", ""},
		{"no request", "2 - web client GET_/item/17 0-10 peer.service=items", ""},
		{"a request that is missing", "2 9 web client GET_/item/17*7 0-10 peer.service=items", ""},
		{"a job", "1 - web internal nightly 0-1000\n 2 1 web client GET_/item/17*7 0-10 peer.service=items",
			`web > items: 7 in 1; 7 x "GET /item/{id}" during "nightly" in 1, 1 traces, 70ms of 1s`},
		{"two requests", request + "2 1 web client GET_/item/17*3 0-10 peer.service=items\n 3 - web server GET_/cart 0-100\n 4 3 web client GET_/item/17*3 0-10 peer.service=items", "web > items: 6 in 2"},
		{"times unknown", request + "2 1 web client GET_/item/17*7 10-0 peer.service=items", "web > items: 7 in 1"},
		{"no kinds", "1 - web - GET_/cart 0-100\n 2 1 items - GET_/item/{id}*6 0-10", `web > items: 6 in 1; 6 x "GET /item/{id}" during "GET /cart" in 1, 1 traces, 60ms of 100ms`},

		{"two callees in turn", request + "2 1 web client a 0-10 peer.service=a\n 3 1 web client b 10-20 peer.service=b", "web > a: 1 in 1\nweb > b: 1 in 1\nweb: a beside b in 1, 0 at once, 1 in turn"},
		{"two callees at once", request + "2 1 web client a 0-10 peer.service=a\n 3 1 web client b 5-20 peer.service=b", "web > a: 1 in 1\nweb > b: 1 in 1\nweb: a beside b in 1, 1 at once, 0 in turn"},
		{"callees of two requests", request + "2 1 web client a 0-10 peer.service=a\n 3 - web server GET_/b 0-10\n 4 3 web client b 5-20 peer.service=b", "web > a: 1 in 1\nweb > b: 1 in 1"},
		{"callees by other clocks", request + "2 1 a server a 0-10\n 3 1 b server b 5-20", "web > a: 1 in 1\nweb > b: 1 in 1\nweb: a beside b in 1, 0 at once, 0 in turn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, spreads(t, timedOTLP(0, tt.spans))); diff != "" {
				t.Errorf("(- want, + got):\n%s", diff)
			}
		})
	}
}

// TestSiblingsAddUp has two traces, of which one has the loop twice.
func TestSiblingsAddUp(t *testing.T) {
	text := timedOTLP(0, "1 - web server GET_/cart 0-1000\n 2 1 web client GET_/item/17*7 0-10 peer.service=items\n 3 - web server GET_/cart 0-500\n 4 3 web client GET_/item/17*9 0-10 peer.service=items") +
		timedOTLP(1, "1 - web server GET_/cart 0-1000\n 2 1 web client GET_/item/17*7 0-10 peer.service=items") +
		timedOTLP(2, "1 - web server GET_/cart 0-1000\n 2 1 web client GET_/item/17*2 0-10 peer.service=items")
	workers, _ := readAll(otlpJSON, []byte(text), 1)
	facts, _ := Link(workers, 2)
	var sum graph.RequestStats
	for o := range graph.AllObservations(facts.Observations) {
		sum.Add(&o.More().RequestStats)
	}
	if sum.Requests != 4 || sum.Within != 25 || len(sum.Repeats) != 1 {
		t.Fatalf("spread is %+v", sum)
	}
	r := &sum.Repeats[0]
	for least, want := range map[float64]graph.RepeatCount{
		5:  {Calls: 7, Requests: 3, Traces: 2, Took: 230_000_000, Of: 2_500_000_000},
		8:  {Calls: 9, Requests: 1, Traces: 1, Took: 90_000_000, Of: 500_000_000},
		10: {},
	} {
		if got := r.AtLeast(least); got != want {
			t.Errorf("%g calls or more: %+v, want %+v", least, got, want)
		}
	}
	for _, s := range facts.ObservedServices {
		want := graph.ServerStats{Requests: 4, Entries: 4, Operations: []graph.Operation{{Name: "GET /cart", Traces: 3}}}
		if diff := cmp.Diff(want, s.Served); diff != "" {
			t.Errorf("web serves (- want, + got):\n%s", diff)
		}
	}
}

// TestEntries goes through which requests begin where they are answered.
func TestEntries(t *testing.T) {
	for _, tt := range []struct{ name, spans, want string }{
		{"root", "1 - web server GET_/ 0-10\n 2 1 web client GET_/ 0-10\n 3 2 cart server GET_/ 0-10", "cart 0/1 web 1/1"},
		{"caller is missing", "1 9 web server GET_/ 0-10", "web 0/1"},
		{"caller is named", "1 - web server GET_/ 0-10 peer.service=mobile", "web 0/1"},
		{"health", "1 - web server GET_/healthz 0-10\n 2 - web server GET_/actuator/health/liveness 0-10\n 3 - web server grpc.health.v1.Health/Check 0-10", "web 0/0"},
		{"not health", "1 - web server GET_/healthy-recipes 0-10", "web 1/1"},
		{"consumer", "1 - web consumer orders 0-10 messaging.destination.name=orders", "web 0/0"},
		{"job", "1 - web internal nightly 0-10", "web 0/0"},
		{"no kind", "1 - web - GET_/ 0-10", "web 0/0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			workers, _ := readAll(otlpJSON, []byte(timedOTLP(0, tt.spans)), 1)
			facts, _ := Link(workers, 1)
			var got []string
			for _, s := range facts.ObservedServices {
				got = append(got, fmt.Sprintf("%s %g/%g", s.Name, s.Served.Entries, s.Served.Requests))
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("entries %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSiblingsDoNotDependOnOrder reads the same spans forwards and backwards, with
// one worker and with several.
func TestSiblingsDoNotDependOnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var lines []string
	for trace := range 60 {
		spec := "1 - web server GET_/cart 0-1000\n"
		for i := range 12 {
			at := r.IntN(500)
			spec += fmt.Sprintf("2%d 1 web client GET_/%c/%d %d-%d peer.service=%c\n", i, 'a'+r.IntN(2), i, at, at+1+r.IntN(30), 'x'+rune(r.IntN(3)))
		}
		lines = append(lines, strings.SplitAfter(timedOTLP(trace, spec), "\n")...)
	}
	var want []string
	for range 4 {
		for _, parallel := range []int{1, 3} {
			workers, _ := readAll(otlpJSON, []byte(strings.Join(lines, "")), parallel)
			facts, _ := Link(workers, parallel)
			got := spreadsOf(facts)
			if want == nil {
				want = got
				if text := strings.Join(want, "\n"); !strings.Contains(text, "during") || !strings.Contains(text, "at once") {
					t.Fatalf("nothing to compare: %s", text)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("differs from the first, with %d workers:\n%s", parallel, diff)
			}
		}
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	}
}

// TestOverlap agrees with comparing each with each.
func TestOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	random := func() []link.Made {
		list := make([]link.Made, 1+r.IntN(4))
		for i := range list {
			list[i] = link.Made{Start: int32(r.IntN(100)), Duration: float32(1000 * r.IntN(12))}
		}
		slices.SortFunc(list, link.Made.Sooner)
		return list
	}
	met := map[bool]int{}
	for range 5000 {
		a, b := random(), random()
		want := false
		for i := range a {
			for j := range b {
				want = want || a[i].End()-b[j].Begin() > 1000 && b[j].End()-a[i].Begin() > 1000
			}
		}
		met[want]++
		if got := link.Overlap(a, b); got != want {
			t.Fatalf("overlap(%v, %v) = %v, want %v", a, b, got, want)
		}
	}
	if met[true] < 500 || met[false] < 500 {
		t.Errorf("one-sided: %v", met)
	}
}
