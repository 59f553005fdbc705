package render

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// ColorChoices are the words for what the boxes of a picture are colored by.
var ColorChoices = []string{"none", "team", "owner", "tier", "namespace", "system", "kind"}

// paleColors are distinct to people who see red and green, or blue and yellow, alike, and black
// text on each is readable: the scheme "light" of Paul Tol.
var paleColors = []string{"#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00"}

// tierColors go from critical to uncritical: part of the scheme "sunset" of Paul Tol.
var tierColors = map[string]string{"1": "#f67e4b", "2": "#fdb366", "3": "#feda8b", "4": "#98cae1"}

const (
	otherColor = "#dddddd"
	plainColor = "white"
)

// A tinting is the colors of the boxes of a drawing by a property of their services.
type tinting struct {
	by    string                // "" for none
	value map[graph.Node]string // by box: what all of its services have
	fill  map[string]string     // by value
	order []string              // values with a color of their own, those with most services first
	more  int                   // values that share a color
	plain bool                  // some box has none, or several
}

func tint(d *drawing, whole *graph.Graph, by string) *tinting {
	t := &tinting{by: by, value: map[graph.Node]string{}, fill: map[string]string{}}
	if by == "none" || by == "" {
		t.by = ""
		return t
	}
	mixed := map[graph.Node]bool{}
	services := map[string]int{}
	for v := range graph.Node(whole.Len()) {
		b, ok := d.Box(v)
		if !ok {
			continue
		}
		value := colorProperty(whole, v, by)
		if known, ok := t.value[b]; ok && known != value {
			mixed[b] = true
		}
		t.value[b] = value
		services[value]++
	}
	for b := range mixed {
		t.value[b] = ""
	}
	used := map[string]bool{}
	for _, value := range t.value {
		used[value] = true
		t.plain = t.plain || value == ""
	}
	for value := range used {
		if value != "" {
			t.order = append(t.order, value)
		}
	}
	slices.SortFunc(t.order, func(a, b string) int { return cmp.Or(-cmp.Compare(services[a], services[b]), cmp.Compare(a, b)) })
	if by == "tier" {
		slices.Sort(t.order)
	}
	for i, value := range t.order {
		switch {
		case by == "tier":
			t.fill[value] = cmp.Or(tierColors[value], otherColor)
		case i < len(paleColors):
			t.fill[value] = paleColors[i]
		default:
			t.fill[value] = otherColor
			t.more++
		}
	}
	t.order = t.order[:len(t.order)-t.more]
	return t
}

func colorProperty(g *graph.Graph, v graph.Node, by string) string {
	if by == "tier" {
		if tier := g.Service(v).Tier; tier.Set() {
			return strconv.Itoa(tier.Value)
		}
		return ""
	}
	return analyze.Property(g, v, by)
}

// of returns the color of a box, "" for none.
func (t *tinting) of(b graph.Node) string { return t.fill[t.value[b]] }

// words is the value on a box, for those who do not see the color; "" where a frame or the
// shape shows it.
func (t *tinting) words(b graph.Node) string {
	value := t.value[b]
	if value == "" || t.by == "namespace" || t.by == "kind" {
		return ""
	}
	return t.named(value)
}

// named is the value with the property, as in "team front".
func (t *tinting) named(value string) string { return t.by + " " + pen.Short(pen.Clean(value)) }

// swatches explain the colors.
func (t *tinting) swatches() []swatch {
	if len(t.order) == 0 {
		return nil
	}
	var list []swatch
	for _, value := range t.order {
		list = append(list, swatch{fill: t.fill[value], says: t.named(value)})
	}
	if t.more > 0 {
		list = append(list, swatch{fill: otherColor, says: english.Count(t.more, "other "+t.by)})
	}
	if t.plain {
		list = append(list, swatch{fill: plainColor, says: "no " + t.by + " declared, or several"})
	}
	return list
}
