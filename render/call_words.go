package render

import (
	"fmt"
	"math"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/render/pen"
)

// placeWords is the first place where a call is declared, and how many more there are.
func placeWords(c graph.Call) string {
	var places []string
	for _, e := range c.Evidence {
		if at := e.Origin.String(); len(places) == 0 || places[len(places)-1] != at {
			places = append(places, at)
		}
	}
	switch len(places) {
	case 0:
		return ""
	case 1:
		return pen.Clean(places[0])
	}
	return pen.Clean(places[0]) + fmt.Sprintf(" and %d more", len(places)-1)
}

// callWords names what is special about a call.
func callWords(c graph.Call) string {
	switch {
	case c.Mode == graph.Async:
		return "calls asynchronously"
	case c.Need == graph.Soft:
		return "optional"
	}
	return ""
}

// observedWords is what traces show of a call, "120 calls, 3 failed, 4 per request, p99 80ms",
// or empty.
func observedWords(o *graph.Observed) string {
	if o == nil {
		return ""
	}
	var words []string
	switch o.Calls {
	case 0: // a source that counts connections or bytes
	case 1:
		words = append(words, "1 call")
	default:
		words = append(words, amountText(o.Calls)+" calls")
	}
	if o.Errors > 0 {
		words = append(words, amountText(o.Errors)+" failed")
	}
	if o.More().Retries > 0 {
		words = append(words, amountText(o.More().Retries)+" retried")
	}
	if n := perRequest(o); n != "" {
		words = append(words, n+" per request")
	}
	if p99 := quantileText(o, 0.99); p99 != "" {
		words = append(words, "p99 "+p99)
	}
	return strings.Join(words, ", ")
}

// perRequest is the average number of such calls in the requests of the caller that make
// any, if it is more than one. It is empty if the requests account for less than half of
// the calls.
func perRequest(o *graph.Observed) string {
	n := math.Round(10*o.More().PerRequest()) / 10
	if n <= 1 || 2*o.More().Within < o.Calls {
		return ""
	}
	return amountText(n)
}

// quantileText is the latency at quantile q, empty if it is unknown.
func quantileText(o *graph.Observed, q float64) string {
	return string(wire.Quantile(&o.More().Latency, q))
}

// callPlace is what is special about a call, and its first place.
func callPlace(p *pen.Pen, c graph.Call) string {
	s := ""
	if words := callWords(c); words != "" {
		s += " (" + words + ")"
	}
	if len(c.Evidence) > 0 {
		s += "  " + p.Faint(pen.Clean(c.Evidence[0].Origin.String()))
	}
	return s
}

func callee(g *graph.Graph, from, to graph.Node) string {
	if from == to {
		return "itself"
	}
	return pen.Clean(g.ID(to))
}

// callQualities is "sync http, soft", with the class where it is not a plain call.
func callQualities(c graph.Call) string {
	words := []string{strings.TrimSpace(c.Mode.String() + " " + pen.CleanOr(c.Protocol))}
	if c.Need == graph.Soft {
		words = append(words, "soft")
	}
	if c.Class != graph.ClassCall {
		words = append(words, c.Class.String())
	}
	if c.Fallback {
		words = append(words, "fallback")
	}
	if c.Mirror {
		words = append(words, "mirror")
	}
	return strings.Join(words, ", ")
}

// evidenceWords is the evidence of a call, and its strength unless it is strong.
func evidenceWords(c graph.Call) string {
	var words []string
	if c.Strength != graph.Strong {
		words = append(words, c.Strength.String())
	}
	if c.Observed {
		words = append(words, "observed")
	}
	if len(c.Evidence) > 0 {
		words = append(words, pen.CleanOr(c.Evidence[0].Way))
	}
	if more := len(c.Evidence) - 1; more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}
