package settings

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Libraries inside a program take their policies from the program's configuration: a
// file, an environment variable, an entry of a ConfigMap. It applies to the calls of the
// program that reads it, which the workload that mounts the file declares: see
// graph.Policy.For.

// A LibraryConfig is the configuration of a program as one library reads it.
type LibraryConfig struct {
	product  *policy.Product
	layer    policy.Layer
	File     string // name of the file, lower case; "" for the environment
	rank     int
	profile  string
	Options  *Tree // the root
	policies []graph.Policy
}

// Add takes a policy of the program. Configurations of the same object are laid
// over each other, that of a profile on top.
func (p *LibraryConfig) Add(c graph.Policy) {
	if s := &c.Says; s.Timeout != nil && *s.Timeout == (policy.Timeout{}) {
		s.Timeout = nil
	}
	if s := &c.Says; s.Breaker != nil && *s.Breaker == (policy.Breaker{}) {
		s.Breaker = nil
	}
	if !c.Says.Empty() || len(c.Flaws) > 0 {
		p.policies = append(p.policies, p.own(c))
	}
}

// AddRest takes a policy that says nothing, or little, for the calls that others
// of its object leave over.
func (p *LibraryConfig) AddRest(c graph.Policy) {
	if c.Says.Timeout == nil {
		c.Says.Timeout = &policy.Timeout{}
	}
	p.policies = append(p.policies, p.own(c))
}

// own fills in what all policies of the program have in common.
func (p *LibraryConfig) own(c graph.Policy) graph.Policy {
	if c.Product == nil {
		c.Product = p.product
	}
	c.Rank, c.Profile = c.Rank+p.rank, p.profile
	c.Says.Product, c.Says.Layer = c.Product, p.layer
	return c
}

// Policies finds the policies in a configuration file. at is the place of
// its first line; with pinned it is the place of everything in it.
func Policies(name, text string, at graph.Origin, pinned bool) []graph.Policy {
	base := ConfigBase(name)
	if Worthless(base, text) {
		return nil
	}
	text = strings.TrimPrefix(text, "\ufeff")
	s := &Collector{At: at}
	place := s.place
	if pinned {
		place = func(int, int) graph.Origin { return at }
	}
	for _, proxy := range TextPolicies {
		if proxy.Match(base, text) {
			return proxy.Read(text, place)
		}
	}
	signs := signOf(text)
	if signs == "" && !slices.ContainsFunc(YAMLPolicies, func(p YAMLPolicy) bool { return p.Sign(text) }) {
		return nil
	}
	if LooksLikeProperties(base, text) {
		return readLibraries(base, signs, func(t *builder) { t.addProperties(Properties(text), place) })
	}
	roots, _ := parseRoots(base, text)
	var policies []graph.Policy
	for _, root := range roots {
		policies = append(policies, rootPolicies(base, signs, root, place)...)
	}
	return policies
}

// TreePolicies finds the policies in a tree that is put together from settings of other kinds, for
// one of YAMLPolicies. place returns where a node is, by its line and column.
func TreePolicies(d *document.Document, root document.Node, place func(line, column int) graph.Origin) []graph.Policy {
	return rootPolicies("", "none", YAMLRoot{Node: root, doc: d}, place)
}

// rootPolicies finds the policies in one document of a YAML or JSON file. Signs are
// as readLibraries takes them.
func rootPolicies(base, signs string, root YAMLRoot, place func(line, column int) graph.Origin) []graph.Policy {
	for _, p := range YAMLPolicies {
		if !p.Match(root.Node) {
			continue
		}
		f := field.New(root.doc, p.Syntax)
		f.Place = func(line, column int) graph.Origin { return place(line+root.line, column) }
		return p.Read(f, root.Node)
	}
	return readLibraries(base, signs, func(t *builder) {
		t.addYAML(t.root, root.Node, func(n document.Node) graph.Origin {
			o := root.doc.At(n)
			return place(int(o.Line)+root.line, int(o.Column))
		}, 0)
	})
}

// readLibraries has the libraries read the settings that fill puts into a tree:
// those with a sign among signs, or all if these are not known.
func readLibraries(base, signs string, fill func(*builder)) []graph.Policy {
	var policies []graph.Policy
	trees := map[string]*Tree{}
	for _, l := range Libraries {
		if signs != "" && !slices.ContainsFunc(l.Signs, func(sign string) bool { return strings.Contains(signs, sign) }) {
			continue
		}
		if trees[l.Sep] == nil {
			t := newBuilder(l.Sep)
			fill(t)
			t.root.fillPlaceholders()
			trees[l.Sep] = t.root
		}
		p := &LibraryConfig{product: l.Product, layer: l.Layer, File: base, Options: trees[l.Sep]}
		if p.profile = profileOf(base, p.Options); base == "" {
			p.rank = rankEnvironment
		}
		l.Read(p)
		policies = append(policies, p.policies...)
	}
	return policies
}

// signOf returns a text in the form that the signs of libraries are in, and "" if
// it holds none of them.
func signOf(text string) string {
	text = Relaxed(text)
	for _, l := range Libraries {
		if slices.ContainsFunc(l.Signs, func(sign string) bool { return strings.Contains(text, sign) }) {
			return text
		}
	}
	return ""
}

// Ranks of configurations of one program, above those of the profiles that are active.
const (
	rankEnvironment = 5
	RankSpecific    = 10 // added for what is meant for one dependency and not for all
)

var profileOfFile = lazy.NewRegexp(`^(?:application|bootstrap|appsettings)[-.]([\w.\-]+)\.(?:ya?ml|json|properties)$`)

// profileOf returns the profiles that a file is for, by its name or its document.
func profileOf(base string, root *Tree) string {
	if m := profileOfFile.FindStringSubmatch(base); m != nil {
		return m[1]
	}
	return strings.Join(root.Get("spring", "config", "activate", "on-profile").Words(), ",")
}

// AddProperties adds the lines of a properties file.
func (t *builder) addProperties(all []Property, place func(line, column int) graph.Origin) {
	for _, p := range all {
		if t.count > MaxValues {
			return
		}
		at := place(p.Line, p.Column)
		t.grow(t.root, p.Key, at).set(p.Text, at)
	}
}

// FillPlaceholders replaces "${name:default}" by the setting of that name or by
// the default.
func (o *Tree) fillPlaceholders() {
	var texts map[string]string
	for _, leaf := range o.Leaves(".") {
		if !strings.Contains(leaf.Text, "${") {
			continue
		}
		if texts == nil {
			texts = map[string]string{}
			for key, other := range o.Leaves(".") {
				texts[SpringKey(key)] = other.Text
			}
		}
		leaf.Open = FillDefaults(leaf.Text, texts)
		leaf.Text = FillPlaceholders(leaf.Text, texts)
	}
}
