package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A beatenTimeout is a declared timeout before which another one of the same program or proxy
// always ends the call.
type beatenTimeout struct {
	loser, winner *policy.Effect
	lost, kept    policy.Decision
	ends          time.Duration // when the winner ends the call
}

// reportBeaten reports declared timeouts that never act on a call, once for each that beats
// them. What is declared in different places between caller and callee is left out: there
// each is for what is behind it.
func reportBeaten(p *Pass, e graph.Edge) {
	found, named := matchingParts(p.Effective(e), func(part *analyze.Part) bool { return len(beatenIn(part)) > 0 })
	if len(found) == 0 {
		return
	}
	for _, b := range beatenIn(found[0]) {
		never := english.Duration(asTime(b.lost.Value))
		ends, severity := english.Duration(b.ends), analyze.Info
		if b.kept.Provenance == policy.PlatformDefault {
			ends, severity = ends+", its default", analyze.Warning
		}
		f := aboutCall(p, e, sureOf(b.kept.Provenance), b.lost.Origin, b.kept.Origin)
		f.Detail = b.lost.Field + " " + b.lost.Product.String()
		f.Routes = named
		f.Message = fmt.Sprintf("%s%s with a %s of %s in %s that never acts: %s ends the call after %s",
			callText(p, e), named, timeoutWords[b.lost.Field], never, b.lost.Product.DisplayName(), b.kept.Product.DisplayName(), ends)
		verb := "raise"
		if b.kept.Provenance == policy.PlatformDefault {
			verb = "set"
		}
		rest := "to " + never + ", or lower the other one"
		r := remedyFor(p, e, &b.winner.Set, policy.AttemptTimeout)
		f.Hint = r.hint(verb, rest)
		if b.kept.Provenance == policy.PlatformDefault {
			f.Fix = r.fix(p, b.lost.Value) // what is declared is what is meant
		}
		if !f.Fix.Applicable() {
			f.Fix = lowered(p, b) // which changes nothing of what acts
		}
		f.Values = []analyze.KeyValue{keyValue("never", never), keyValue("acts", english.Duration(b.ends))}
		p.At(capForJobs(p, e, severity), f)
	}
}

// timeoutWords are what people call the timeouts of a policy.
var timeoutWords = map[string]string{"timeout.total": "timeout", "timeout.perTry": "timeout per attempt", "timeout.readGap": "read timeout"}

// beatenIn returns the timeouts of a part that never act, in the order of its layers.
func beatenIn(part *analyze.Part) []beatenTimeout {
	var all []beatenTimeout
	for i := range part.Layers {
		own := &part.Layers[i]
		if own.Set.Timeout == nil {
			continue
		}
		for _, d := range own.Set.Decisions() {
			if timeoutWords[d.Field] == "" || d.Provenance != policy.Explicit || asTime(d.Value) <= 0 || d.Field == "timeout.readGap" && own.Set.Layer != policy.App {
				continue
			}
			if b, ok := beats(part, i, d); ok {
				all = append(all, b)
			}
		}
	}
	return all
}

// beats returns what ends a call always before the timeout d of the i-th layer: a timeout in the same
// place between caller and callee.
func beats(part *analyze.Part, i int, d policy.Decision) (beatenTimeout, bool) {
	own := &part.Layers[i]
	j, limit, ok := part.EndsBefore(i, d, func(other *policy.Effect, limit policy.Limit) bool {
		return other.Set.Layer == own.Set.Layer && timeoutWords[limit.By[0].Field] != ""
	})
	if !ok {
		return beatenTimeout{}, false
	}
	return beatenTimeout{own, &part.Layers[j], d, limit.By[0], limit.Time}, true
}

// asTime returns the value of a decision about time.
func asTime(v any) time.Duration {
	d, _ := v.(time.Duration)
	return d
}

// lowered writes for a timeout that never acts the one that does.
func lowered(p *Pass, b beatenTimeout) analyze.Fix {
	at := b.lost.Origin
	kind, object, _ := strings.Cut(writtenIn(p, b.lost), "/")
	syntax := product.NativeDuration
	if own := orNative(b.lost.Product).Durations; len(own) > 0 {
		syntax = own[0]
	}
	text, ok := syntax.Write(b.ends)
	if at.Line == 0 || !ok {
		return analyze.Fix{None: analyze.NoEdit}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: kind, Object: object, Places: []graph.Origin{at}, Base: policy.BasePlace,
		Edits: []analyze.FieldEdit{{Edit: policy.Edit{Value: text}, Written: at, Was: b.lost.Value, Now: b.ends, By: []*policy.Product{orNative(b.lost.Product)}}},
	}}}
}
