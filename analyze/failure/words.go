package failure

import (
	"fmt"
	"math"
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// An Action is what one policy did to a failure on its way to the caller.
type Action struct {
	Part    string        // the part of the call on which it did: "GET /v2"; empty for all of it, or all the rest
	Policy  string        // "timeout 2s"
	Does    string        // "turned the hang into an error"
	Origin  policy.Origin // where the policy is written; without file if it is nowhere
	Default string        // the product that has the policy by default: "Consul"
	Assumed bool          // no input that was read could have said otherwise
	Unsure  bool          // of a breaker: it opens only if there are more calls than can be expected
}

// A setting is where something is written, and its words. Without words it is not
// there.
type setting struct {
	words string
	at    policy.Origin
	by    string // the product that has it by default
}

func (s setting) set() bool { return s.words != "" }

// written is a setting of a layer in words.
func written[T any](words string, s *policy.Set, v policy.Setting[T]) setting {
	w := setting{words: words, at: v.Origin}
	if v.Provenance == policy.PlatformDefault {
		w.by = s.Product.DisplayName()
	}
	return w
}

func note(actions *[]Action, s setting, does string) {
	if actions != nil {
		*actions = append(*actions, Action{Policy: s.words, Does: does, Origin: s.at, Default: s.by})
	}
}

// assume notes what no input said.
func assume(actions *[]Action, s setting, does string) {
	note(actions, s, does)
	if actions != nil {
		(*actions)[len(*actions)-1].Assumed = true
	}
}

// share writes a part of one in percent.
func share(part float64) string {
	return strconv.FormatFloat(max(0.1, math.Round(part*1000)/10), 'f', -1, 64) + " %"
}

// noteRoute notes which requests to a split suffer because those of a member do, a part of all
// with the others that fail; to is the callee.
func noteRoute(actions *[]Action, n *graph.Group, m *graph.GroupMember, one condition, to string, part float64) {
	whose := "requests routed to " + to
	routed := setting{words: whose, at: n.Origin}
	switch {
	case one.any(fails|hangs) && part > 0:
		whose = fraction(part) + " of its requests"
	case m.Match != "":
		whose = "requests for " + m.Match
	}
	words := setting{words: whose, at: n.Origin}
	switch {
	case one.any(hangs) && n.Multiplexes:
		note(actions, words, "wait")
	case one.any(hangs):
		note(actions, setting{words: "its workers", at: n.Origin}, "wait for "+to)
	case one.any(fails):
		does := "fail"
		if one.delay > 0 && one.delay < forever {
			does += " after " + english.Duration(one.delay)
		}
		note(actions, words, does)
	case one.any(loses | degrades):
		note(actions, routed, "get degraded answers")
	case one.any(late):
		note(actions, routed, "are late")
	}
}

// fraction is a part of one in words.
func fraction(part float64) string {
	for _, f := range []struct {
		of    float64
		words string
	}{{1. / 2, "half"}, {1. / 3, "a third"}, {2. / 3, "two thirds"}, {1. / 4, "a quarter"}, {3. / 4, "three quarters"}, {1. / 5, "a fifth"}, {1. / 10, "a tenth"}} {
		if math.Abs(part-f.of) < 0.001 {
			return f.words
		}
	}
	return share(part)
}

// noteTooFew notes that fewer members of n are left than it needs.
func noteTooFew(actions *[]Action, n *graph.Group, left, of, need int) {
	words, are := fmt.Sprintf("none of %d", of), "is left"
	if left > 0 {
		words, are = fmt.Sprintf("%d of %d", left, of), fmt.Sprintf("left, and %d needed", need)
	}
	note(actions, setting{words: words, at: n.Origin}, are)
}

// noteLoad notes which services answer instead of the lost members of n, and how much more that
// is for each of its members that are left.
func noteLoad(actions *[]Action, n *graph.Group, services []string, factor float64) {
	who, verbs := english.List(services), "answer instead and carry "
	if len(services) == 1 {
		verbs = "answers instead and carries "
	}
	if len(services) > 4 {
		who = english.Count(len(services), "other")
	}
	note(actions, setting{words: who, at: n.Origin}, verbs+english.Number(math.Round(factor*10)/10)+"x the load")
}
