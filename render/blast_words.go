package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// incidentHeadline is "payment hangs: 3 of 9 other services are affected (2 fail,
// 1 degrades); 1 is protected".
func incidentHeadline(p *pen.Pen, g *graph.Graph, in *analyze.Incident) string {
	names := ids(g, in.Failed)
	for i := range names {
		names[i] = p.Strong(names[i])
	}
	verb, several := happens(in.Mode)
	if len(names) > 1 {
		verb = several
	}
	if more := len(names) - manyNames; more > 0 {
		names = append(names[:manyNames], strconv.Itoa(more)+" more")
	}
	var words []string
	for _, l := range []failure.Label{failure.Fails, failure.Degrades, failure.SlowOnly} {
		if n := in.Count(l); n > 0 {
			words = append(words, p.Paint(labelStyle(l), labelled(l, n)))
		}
	}
	suffering := in.Suffering()
	head := fmt.Sprintf("%s %s: ", english.List(names), verb)
	switch suffering {
	case 0:
		head += "none of " + english.Count(in.Others, "other service") + " is affected"
	case 1:
		head += fmt.Sprintf("1 of %s is affected (%s)", english.Count(in.Others, "other service"), strings.Join(words, ", "))
	default:
		head += fmt.Sprintf("%d of %s are affected (%s)", suffering, english.Count(in.Others, "other service"), strings.Join(words, ", "))
	}
	if n := in.Count(failure.Protected); n > 0 {
		head += "; " + p.Paint(labelStyle(failure.Protected), labelled(failure.Protected, n))
	}
	return head
}

func labelStyle(l failure.Label) pen.Style {
	return []pen.Style{pen.PlainStyle, pen.GreenStyle, pen.MildStyle, pen.YellowStyle, pen.RedStyle}[l]
}

// happens is the verb for each mode: for one service, and for several.
func happens(mode string) (one, several string) {
	name, value, _ := strings.Cut(mode, "=")
	switch name {
	case "hang":
		return "hangs", "hang together"
	case "slow":
		return "responds " + value + " late", "respond " + value + " late"
	case "partial":
		return "loses " + value + " of its replicas", "lose " + value + " of their replicas each"
	case "degraded":
		return "returns degraded answers", "return degraded answers"
	}
	return "fails", "fail together"
}

// labels are the words for each label: for one service, and for several.
var labels = []struct{ one, several string }{
	failure.Unaffected: {"is unaffected", "are unaffected"},
	failure.Protected:  {"is protected", "are protected"},
	failure.SlowOnly:   {"is slow", "are slow"},
	failure.Degrades:   {"degrades", "degrade"},
	failure.Fails:      {"fails", "fail"},
}

func labelled(l failure.Label, n int) string {
	if n == 1 {
		return "1 " + labels[l].one
	}
	return fmt.Sprintf("%d %s", n, labels[l].several)
}
