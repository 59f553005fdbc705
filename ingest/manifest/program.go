package manifest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Libraries inside a program take their policies from the program's
// configuration: a file, an environment variable, an entry of a ConfigMap. What
// stands there is for the calls of the program that reads it, which is known to
// whoever mounts the file: see graph.Policy.For.

// A library is a product whose policies stand in the configuration of programs.
type library struct {
	product *policy.Product
	layer   policy.Layer
	signs   []string // words, one of which any configuration of it holds; lower case, without dashes and underscores
	sep     string   // what separates the names of a key
	read    func(p *program)
}

// libraries are asked one after the other; a file may configure several.
var libraries = []library{
	{product.Resilience4j, policy.App, []string{"resilience4j"}, ".", readResilience4j},
	{product.SpringGateway, policy.Gateway, []string{"gateway"}, ".", readSpringGateway},
	{product.OpenFeign, policy.App, []string{"feign"}, ".", readFeign},
	{product.Hystrix, policy.App, []string{"hystrix"}, ".", readHystrix},
	{product.Ribbon, policy.App, []string{"ribbon"}, ".", readRibbon},
	{product.MicroProfile, policy.App, []string{"retry/", "timeout/", "circuitbreaker/", "bulkhead/", "/mprest/"}, ".", readMicroProfile},
	{product.DotNet, policy.App, []string{"maxretryattempts", "attempttimeout", "totalrequesttimeout", "samplingduration", "breakduration", "failureratio"}, ":", readDotnet},
	{product.Opossum, policy.App, []string{"errorthresholdpercentage", "rollingcount", "volumethreshold", "resettimeout"}, "", readOpossum},
	{product.GRPC, policy.App, []string{"methodconfig", "loadbalancing"}, "", readGRPC},
	{product.Traefik, policy.Gateway, []string{"respondingtimeouts", "forwardingtimeouts"}, ".", readTraefikStatic},
}

// A program is the configuration of a program as one library reads it.
type program struct {
	product  *policy.Product
	layer    policy.Layer
	file     string  // name of the file, lower case; "" for the environment
	rank     int     // of the profile that the configuration is for
	options  *option // the root
	policies []graph.Policy
}

// add takes a policy of the program. Configurations of the same object are laid
// over each other, that of a profile on top.
func (p *program) add(c graph.Policy) {
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

// addRest takes a policy that says nothing, or little, for the calls that others
// of its object leave over.
func (p *program) addRest(c graph.Policy) {
	if c.Says.Timeout == nil {
		c.Says.Timeout = &policy.Timeout{}
	}
	p.policies = append(p.policies, p.own(c))
}

// own fills in what all policies of the program have in common.
func (p *program) own(c graph.Policy) graph.Policy {
	if c.Product == nil {
		c.Product = p.product
	}
	c.Rank += p.rank
	c.Says.Product, c.Says.Layer = c.Product, p.layer
	return c
}

// programPolicies finds the policies in a configuration file. at is the place of
// its first line; with pinned it is the place of everything in it.
func programPolicies(name, text string, at graph.Origin, pinned bool) []graph.Policy {
	base := configBase(name)
	if worthless(base, text) {
		return nil
	}
	text = strings.TrimPrefix(text, "\ufeff")
	s := &settings{at: at}
	place := s.place
	if pinned {
		place = func(int, int) graph.Origin { return at }
	}
	for _, proxy := range proxies {
		if proxy.match(base, text) {
			return proxy.read(text, place)
		}
	}
	signs := signOf(text)
	if signs == "" && !envoySign(text) && !traefikSign(text) {
		return nil
	}
	if looksLikeProperties(base, text) {
		return readLibraries(base, signs, func(t *optionTree) { t.addProperties(properties(text), place) })
	}
	roots, _ := parseYAML(text)
	var policies []graph.Policy
	for _, root := range roots {
		policies = append(policies, rootPolicies(base, signs, root, place)...)
	}
	return policies
}

// rootPolicies finds the policies in one document of a YAML or JSON file. Signs are
// as readLibraries takes them.
func rootPolicies(base, signs string, root yamlRoot, place func(line, column int) graph.Origin) []graph.Policy {
	if isEnvoyConfig(root.Node) {
		f := newPolicyFields(root.doc, product.EnvoyDuration)
		f.place = func(line, column int) graph.Origin { return place(line+root.line, column) }
		return envoyPolicies(f, root.Node)
	}
	if isTraefikDynamic(root.Node) {
		f := newPolicyFields(root.doc, product.TraefikDuration)
		f.place = func(line, column int) graph.Origin { return place(line+root.line, column) }
		return traefikDynamicPolicies(f, root.Node)
	}
	return readLibraries(base, signs, func(t *optionTree) {
		t.addYAML(t.root, root.Node, func(n document.Node) graph.Origin {
			o := root.doc.At(n)
			return place(int(o.Line)+root.line, int(o.Column))
		}, 0)
	})
}

// readLibraries has the libraries read the settings that fill puts into a tree:
// those with a sign among signs, or all if these are not known.
func readLibraries(base, signs string, fill func(*optionTree)) []graph.Policy {
	var policies []graph.Policy
	trees := map[string]*option{}
	for _, l := range libraries {
		if signs != "" && !slices.ContainsFunc(l.signs, func(sign string) bool { return strings.Contains(signs, sign) }) {
			continue
		}
		if trees[l.sep] == nil {
			t := newOptionTree(l.sep)
			fill(t)
			t.root.fillPlaceholders()
			trees[l.sep] = t.root
		}
		p := &program{product: l.product, layer: l.layer, file: base, options: trees[l.sep]}
		p.rank = profileRank(base, p.options)
		l.read(p)
		policies = append(policies, p.policies...)
	}
	return policies
}

// signOf returns a text in the form that the signs of libraries are in, and "" if
// it holds none of them.
func signOf(text string) string {
	text = relaxed(text)
	for _, l := range libraries {
		if slices.ContainsFunc(l.signs, func(sign string) bool { return strings.Contains(text, sign) }) {
			return text
		}
	}
	return ""
}

// Ranks of configurations of one program. Which profile is active, the files do
// not say: that of a developer or a test is the last to be thought of.
const (
	rankDevelopment = iota - 1
	rankCommon
	rankProfile
	rankEnvironment

	rankSpecific = 10 // added for what is meant for one dependency and not for all
)

var (
	profileOfFile      = regexp.MustCompile(`^(?:application|bootstrap|appsettings)[-.]([\w.\-]+)\.(?:ya?ml|json|properties)$`)
	developmentProfile = regexp.MustCompile(`(?i)^(?:dev|development|local|test|testing|it|e2e|ci)$`)
)

// profileRank tells from the name of a file, or from the document, for which
// profile it is.
func profileRank(base string, root *option) int {
	profiles := root.get("spring", "config", "activate", "on-profile").words()
	if m := profileOfFile.FindStringSubmatch(base); m != nil {
		profiles = append(profiles, m[1])
	}
	switch {
	case base == "":
		return rankEnvironment
	case len(profiles) == 0:
		return rankCommon
	case slices.ContainsFunc(profiles, developmentProfile.MatchString):
		return rankDevelopment
	}
	return rankProfile
}

// addProperties adds the lines of a properties file.
func (t *optionTree) addProperties(all []property, place func(line, column int) graph.Origin) {
	for _, p := range all {
		if t.count > maxValues {
			return
		}
		at := place(p.line, p.column)
		t.grow(t.root, p.key, at).set(p.text, at)
	}
}

// fillPlaceholders replaces "${name:default}" by the setting of that name or by
// the default.
func (o *option) fillPlaceholders() {
	var texts map[string]string
	for _, leaf := range o.leaves(".") {
		if !strings.Contains(leaf.text, "${") {
			continue
		}
		if texts == nil {
			texts = map[string]string{}
			for key, other := range o.leaves(".") {
				texts[springKey(key)] = other.text
			}
		}
		leaf.text = fillPlaceholders(leaf.text, texts)
	}
}
