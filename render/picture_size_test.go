package render

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

// A drawnSVG is what a test has to know of an image.
type drawnSVG struct {
	width, font float64 // points; of the smallest text
	arrows      int
	boxes       map[string][4]float64 // by title: left, top, right, bottom
	links       []string
	text        strings.Builder
}

var numberPattern = regexp.MustCompile(`-?[0-9]+(?:\.[0-9]+)?`)

func readSVG(t *testing.T, image string) *drawnSVG {
	t.Helper()
	s := &drawnSVG{font: math.Inf(1), boxes: map[string][4]float64{}}
	d := xml.NewDecoder(strings.NewReader(image))
	d.Entity = map[string]string{"nbsp": " "}
	var class []string
	title, name := "", false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return s
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			attrs := map[string]string{}
			for _, a := range token.Attr {
				attrs[a.Name.Local] = a.Value
				if strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("the SVG has a handler %s", a.Name.Local)
				}
			}
			name = token.Name.Local == "title"
			switch token.Name.Local {
			case "svg":
				s.width, _ = strconv.ParseFloat(strings.TrimSuffix(attrs["width"], "pt"), 64)
			case "script", "foreignObject", "image", "use", "style":
				t.Errorf("the SVG has an element %s", token.Name.Local)
			case "text":
				size, _ := strconv.ParseFloat(attrs["font-size"], 64)
				s.font = min(s.font, size)
			case "a":
				if attrs["href"] != "" { // else it has a tooltip only
					s.links = append(s.links, attrs["href"])
				}
			case "g":
				if attrs["class"] == "edge" {
					s.arrows++
				}
			}
			class = append(class, attrs["class"])
			if attrs["points"] != "" || attrs["d"] != "" || attrs["cx"] != "" {
				for _, c := range class {
					if c == "node" {
						s.cover(title, attrs)
					}
				}
			}
		case xml.EndElement:
			class, name = class[:len(class)-1], false
		case xml.CharData:
			if name {
				title = string(token)
			}
			s.text.Write(token)
		}
	}
}

// cover widens a box by a shape.
func (s *drawnSVG) cover(title string, attrs map[string]string) {
	box, ok := s.boxes[title]
	if !ok {
		box = [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	}
	at := func(x, y float64) {
		box = [4]float64{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
	}
	number := func(name string) float64 { n, _ := strconv.ParseFloat(attrs[name], 64); return n }
	if attrs["cx"] != "" {
		at(number("cx")-number("rx"), number("cy")-number("ry"))
		at(number("cx")+number("rx"), number("cy")+number("ry"))
	}
	list := numberPattern.FindAllString(attrs["points"]+attrs["d"], -1)
	for i := 0; i+1 < len(list); i += 2 {
		x, _ := strconv.ParseFloat(list[i], 64)
		y, _ := strconv.ParseFloat(list[i+1], 64)
		at(x, y)
	}
	s.boxes[title] = box
}

// TestPicturesOfEstatesAreReadable holds that a default picture can be read where it is 1,600 pixels
// wide, and is drawn while one waits, whatever the size of the estate.
func TestPicturesOfEstatesAreReadable(t *testing.T) {
	path := graphviz(t)
	sizes := []int{60, 300}
	if testlong.On() {
		sizes = append(sizes, 1000, 3000)
	}
	for _, n := range sizes {
		g := graphtest.Landscape(n)
		calls := analyze.Scope(g, graph.Weak)
		check := rules.Run(g, rules.Options{})
		stopped := map[graph.Node]failure.Injection{analyze.BlastAll(calls)[0].Node: {Mode: failure.Stop}}
		for name, r := range map[string]*analyze.Report{
			"graph": reportOf(g), "check": {Graph: g, Check: check}, "cycles": {Graph: g, Cycles: analyze.Loops(calls)},
			"blast": {Graph: g, Impacts: []analyze.Incident{analyze.Simulate(calls, analyze.Scenario{Mode: "stop", Inject: stopped})}},
		} {
			for _, look := range []Look{{}, {ColorBy: "owner", Label: "evidence", Link: "https://example.com/{file}?a=1&line={line}"}} {
				if (look.Link == "") == (name == "graph") && !testlong.On() { // one of the two is enough
					continue
				}
				t.Run(fmt.Sprintf("%s of %d %s", name, n, look.ColorBy), func(t *testing.T) {
					source := written(t, dot, r, Options{Look: look})
					image, took := layOut(t, path, "svg", source)
					if took > 6*time.Second { // 2 s is the aim; the rest is for a slow machine
						t.Errorf("dot takes %v", took)
					}
					s := readSVG(t, image)
					if size := s.font * min(1, 1200/s.width); size < 8 {
						t.Errorf("the smallest text has %.1f points on a picture of %.0f points that is shrunk to 1,200", size, s.width)
					}
					if s.arrows > readableCalls {
						t.Errorf("%d arrows are drawn", s.arrows)
					}
					for a, p := range s.boxes {
						for b, q := range s.boxes {
							if a < b && p[0] < q[2] && q[0] < p[2] && p[1] < q[3] && q[1] < p[3] {
								t.Errorf("box %s is over box %s", a, b)
							}
						}
					}
					if look.Link != "" && len(s.links) == 0 && s.arrows > 0 {
						t.Error("no link is in the picture")
					}
				})
			}
		}
	}
}

// TestOverview holds that an overview has each service of an estate in one box, and what matters most
// by itself.
func TestOverview(t *testing.T) {
	for _, n := range []int{300, 3000} {
		g := graphtest.Landscape(n)
		p := newPicture(reportOf(g), Options{})
		services := 0
		for b := range graph.Node(p.Graph.Len()) {
			services += p.Members(b)
		}
		if services != g.Len() || p.Graph.Len() > overviewServices+overviewGroups+2*overviewOthers {
			t.Errorf("%d of %d services are in %d boxes", services, g.Len(), p.Graph.Len())
		}
		for _, name := range []string{"platform/auth", "edge/gateway-1"} {
			v, _ := g.Node(name)
			if b, ok := p.Box(v); !ok || p.Members(b) != 1 {
				t.Errorf("%d services: %s is not a box of its own", n, name)
			}
		}
	}
}

// TestGroupsByCalls holds that services without namespaces, owners and teams are grouped by their calls.
func TestGroupsByCalls(t *testing.T) {
	g := graphtest.Parse("a:b,c b:c c:a d:e,f e:f f:d a:d")
	got := boxes(View{Collapse: byCalls}.Draw(g))
	if want := "around a around d"; got != want {
		t.Errorf("groups %q, want %q", got, want)
	}
	if got := grouping(graphtest.Landscape(3000)); got != "owner" {
		t.Errorf("a large estate is grouped by %s", got)
	}
	if got := grouping(graphtest.Landscape(300)); got != "namespace" {
		t.Errorf("an estate is grouped by %s", got)
	}
}
