package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// writeWhys writes why the bounds of a part of a call are what they are, indented: each bound with the
// settings that it may come from, what is declared for it and does not act, and where to change it.
func writeWhys(p *pen.Pen, list []analyze.Why) {
	if !slices.ContainsFunc(list, func(w analyze.Why) bool { return len(w.Links)+len(w.Lost) > 0 }) {
		p.Line("  no policy declared")
		return
	}
	for i := range list {
		w := &list[i]
		p.Prose("  ", pen.PlainStyle, strings.TrimSpace(w.Of.String()+" "+whyValue(w)))
		for rest := w.Links; len(rest) > 0; {
			n := 1
			for n < len(rest) && rest[0].IsDefault() && rest[n].IsDefault() && rest[n].In == rest[0].In && rest[n].Origin == rest[0].Origin && rest[0].Role != policy.RoleCut {
				n++
			}
			p.Prose("    ", pen.PlainStyle, linksWords(rest[:n]))
			writeChange(p, "      ", rest[0].Change)
			rest = rest[n:]
		}
		for _, l := range w.Lost {
			text := pen.Clean(l.Text)
			if at := l.Origin; at != (graph.Origin{}) {
				text += " (" + pen.Clean(at.String()) + ")"
			}
			p.Prose("    ", pen.PlainStyle, text)
			if l.Hint != "" {
				p.Prose("      ", pen.FaintStyle, "hint: "+pen.Clean(l.Hint))
			}
		}
		writeChange(p, "    ", w.Change)
	}
}

func writeChange(p *pen.Pen, indent, change string) {
	if change != "" {
		p.Prose(indent, pen.FaintStyle, "to change it: "+pen.Clean(change))
	}
}

// whyValue is the value of a bound in words, and what it is put together from.
func whyValue(w *analyze.Why) string {
	if len(w.Chain.Links) == 0 {
		return "?, no input declares one"
	}
	switch w.Of {
	case policy.TimeoutBound, policy.AttemptBound:
		text := boundText(w.Limit)
		if w.Limit.State == policy.Endless {
			text = "without limit"
		}
		if by := w.Limit.By; w.Limit.State == policy.Finite && (len(by) > 1 || !w.Of.Has(by[0].Field)) {
			var of []string
			for _, d := range by {
				of = append(of, settingWords(d))
			}
			text += ", from " + strings.Join(of, ", ")
		}
		return text
	case policy.RetriesBound:
		switch {
		case w.Tries == policy.Unlimited:
			return "without limit"
		case w.Hosts && w.Tries == 1:
			return "one at each other host, and no input declares how many there are"
		case w.Hosts:
			return fmt.Sprintf("%d, and more at each other host", int(w.Tries)-1)
		case w.Tries == 1:
			return "none"
		}
		return fmt.Sprint(int(w.Tries) - 1)
	}
	return ""
}

// settingWords is a setting with its value: "timeout.perTry 2s".
func settingWords(d policy.Decision) string {
	if d.Field == "retry.retries" && d.Value == int(policy.Unlimited) {
		return d.Field + " unlimited"
	}
	if methods, ok := d.Value.([]string); ok && len(methods) == 0 && d.Field == "retry.methods" {
		return d.Field + " all"
	}
	return strings.TrimSpace(d.Field + " " + valueText(d.Value))
}

// linksWords are settings in words. Several are defaults of one layer.
func linksWords(list []analyze.WhyLink) string {
	l := &list[0]
	product := pen.Clean(l.Product.DisplayName())
	if l.Product != nil && l.Layer != l.Product.Layer {
		product += " in the " + l.Layer.String()
	}
	if l.Role == policy.RoleNone {
		text := l.Field + ": " + product + " sets none"
		if l.Origin != (graph.Origin{}) {
			text += " here (" + pen.Clean(l.Origin.String()) + ")"
		}
		return text
	}
	var of []string
	for i := range list {
		of = append(of, settingWords(list[i].Decision))
	}
	text := strings.Join(of, ", ") + ": "
	switch l.Provenance {
	case policy.PlatformDefault:
		text += "default of " + product
	case policy.MeshDefault:
		text += product + ", for the whole mesh"
	default:
		text += product
	}
	if l.Object != "" {
		text += ", " + pen.Clean(l.Object)
	}
	if l.Origin != (graph.Origin{}) {
		text += " (" + pen.Clean(l.Origin.String()) + ")"
	}
	return text + effectWords(l)
}

// effectWords is what a setting does, if it does not just act.
func effectWords(l *analyze.WhyLink) string {
	by := ""
	if l.Link.By.Field != "" {
		by = settingWords(l.Link.By)
		if l.Link.By.Field != policy.HostsField {
			by += " of " + pen.Clean(l.Link.By.Product.DisplayName())
		}
		if at := l.Link.By.Origin; at != (graph.Origin{}) {
			by += " (" + pen.Clean(at.String()) + ")"
		}
	}
	switch l.Role {
	case policy.RoleBeaten:
		return fmt.Sprintf("; never acts: %s ends it after %s", by, boundText(l.Ends))
	case policy.RoleCut:
		if l.Link.By.Field == policy.HostsField {
			return "; each host is tried once: " + by
		}
		return fmt.Sprintf("; %s leaves time for %d of the attempts", by, l.Fit)
	case policy.RoleIdle:
		if by == "" {
			return "; no effect: there are no retries"
		}
		return "; no effect: " + by
	case policy.RoleOff:
		if l.Provenance != policy.PlatformDefault {
			return "; switches it off"
		}
	}
	switch d := l.Default; {
	case d.Provenance == policy.Absent:
		return "; by default there is none"
	case d.Value != nil:
		return "; by default " + valueText(d.Value)
	}
	return ""
}

// whyJSON is a reason as documents have it.
func whyJSON(w *analyze.Why) wire.Why {
	j := wire.Why{Bound: w.Of.String(), Links: []wire.WhyLink{}, Change: w.Change}
	switch w.Of {
	case policy.TimeoutBound, policy.AttemptBound:
		j.Value = boundText(w.Limit)
	case policy.RetriesBound:
		j.Value = triesText(w.Tries, w.Hosts)
	}
	for i := range w.Links {
		l := &w.Links[i]
		link := wire.WhyLink{Setting: settingJSON(l.Decision, l.Object), Role: l.Role.String(), Fit: l.Fit, Default: valueText(l.Default.Value), Change: l.Change}
		if l.Link.By.Field != "" {
			by := settingJSON(l.Link.By, l.By)
			link.By = &by
		}
		if l.Ends.State == policy.Finite {
			link.Ends = boundText(l.Ends)
		}
		j.Links = append(j.Links, link)
	}
	for _, l := range w.Lost {
		j.Lost = append(j.Lost, wire.WhyLost{Object: l.Object, Origin: wire.KnownOrigin(l.Origin), Reason: l.Text, Hint: l.Hint})
	}
	return j
}

func settingJSON(d policy.Decision, object string) wire.WhySetting {
	return wire.WhySetting{
		Layer: d.Layer.String(), Product: d.Product.String(), Field: d.Field, Value: valueText(d.Value),
		Provenance: d.Provenance.String(), Object: object, Origin: wire.KnownOrigin(d.Origin),
	}
}
