package serve

import (
	"cmp"
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/fix"
	"github.com/weirgraph/weir/render"
	"github.com/weirgraph/weir/render/page"
)

// effectsOf compares a view with changes to the one without.
func effectsOf(base, v *view, text string, read func(name string) ([]byte, error)) *page.Tried {
	t := &page.Tried{Manifest: text, File: TriedFile}
	d := analyze.Compare(base.estate.State, v.estate.State)
	d.Found, d.Gone = rules.Group(d.New, d.Found), rules.Group(d.Old, d.Gone)
	render.PageDiff(d, t)
	before := map[string]string{}
	for i := range base.data.Services {
		before[base.data.Services[i].ID] = base.data.Services[i].Available
	}
	for i := range v.data.Services {
		now := &v.data.Services[i]
		if was, known := before[now.ID]; known && was != now.Available {
			none := "no objectives of dependencies"
			t.Effects = append(t.Effects, page.Effect{Mark: "~", Words: fmt.Sprintf("%s %s (before: %s)", now.ID, cmp.Or(now.Available, none), cmp.Or(was, none))})
		}
	}
	for _, p := range v.estate.Graph.Coverage().Problems {
		if p.Origin.File() == TriedFile {
			t.Idle = append(t.Idle, p.Message)
		}
	}
	patch := fix.Make(rules.Propose(base.estate.Graph, v.estate.Graph, TriedFile), read)
	t.Fragment, _ = patch.Unified()
	for _, left := range patch.Left {
		words := left.Finding.Subject + ", " + left.Finding.Message + ": " + left.Reason
		if left.Finding.Hint != "" {
			words += " (" + left.Finding.Hint + ")"
		}
		t.Left = append(t.Left, words)
	}
	return t
}
