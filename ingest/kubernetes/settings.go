package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/lazy"
)

// readSettings adds the settings of a container: its environment and its command line.
func (p *pod) readSettings(c *container, t *graph.Entity) {
	before := len(p.Facts.Values)
	for _, n := range p.List(c.Node, "envFrom") {
		p.readEnvFrom(c, n)
	}
	variables := p.List(c.Node, "env")
	for _, n := range variables {
		p.readEnv(c, n, t)
	}
	if !c.Get("envFrom").Exists() { // which is before them, and may set the same ones
		p.findEarly(variables)
	}
	for _, key := range [...]string{"command", "args"} {
		for _, n := range c.Get(key).Items() {
			if text := n.Str(); text != "" {
				p.Facts.Values = append(p.Facts.Values, graph.Value{
					Of: p.Self, Scope: c.name, Text: text, Source: graph.FromArg, Init: c.init, Origin: p.At(n),
				})
			}
		}
	}
	if !c.init {
		for _, found := range settings.Environment(p.Facts.Values[before:]) {
			p.Facts.Policies = append(p.Facts.Policies, found.For(p.Self))
		}
	}
}

// readEnv reads one variable: a text, or a reference to where the text is.
func (p *pod) readEnv(c *container, n document.Node, t *graph.Entity) {
	name, value, from := n.Get("name").Str(), n.Get("value"), n.Get("valueFrom")
	switch {
	case name == "" || n.Get("$patch").Str() == "delete":
	case value.IsMap() || value.IsList():
		p.WrongType(value, []string{name}, "a text")
	case value.Str() != "":
		p.value(c, name, value.Str(), value)
		if alias := reportedName(name, value.Str()); alias != "" && alias != t.Name {
			t.Aliases = append(t.Aliases, alias)
		}
	case from.Get("configMapKeyRef").Exists():
		ref := from.Get("configMapKeyRef")
		p.use(c, "ConfigMap", ref.Get("name"), graph.Use{Key: ref.Get("key").Str(), As: name})
	case from.Get("secretKeyRef").Exists():
		ref := from.Get("secretKeyRef")
		p.use(c, "Secret", ref.Get("name"), graph.Use{Key: ref.Get("key").Str(), As: name})
	case from.Get("fieldRef").Exists():
		field := from.Get("fieldRef", "fieldPath")
		p.value(c, name, p.field(field.Str(), t), field)
	}
}

// findEarly reports variables that refer to one which is set after them: Kubernetes replaces
// $(NAME) only if NAME is set before, and $$(NAME) never.
func (p *pod) findEarly(variables []document.Node) {
	after := map[string]bool{}
	for _, n := range variables {
		after[n.Get("name").Str()] = true
	}
	for _, n := range variables {
		value := n.Get("value")
		delete(after, n.Get("name").Str())
		var names, texts []string
		for _, m := range variableReference.FindAllStringSubmatch(strings.ReplaceAll(value.Str(), "$$", ""), -1) {
			if name := m[1]; after[name] && !slices.Contains(names, name) {
				names, texts = append(names, name), append(texts, "$("+name+")")
			}
		}
		if names != nil {
			p.Facts.Mistakes = append(p.Facts.Mistakes, graph.Mistake{
				Kind: graph.EarlyVariable, Field: "env[]." + n.Get("name").Str(), Of: p.Self, Origin: p.At(value),
				Why:  "keeps the text " + english.List(texts) + ": Kubernetes replaces a variable only if it is set before",
				Hint: "move " + english.List(names) + " before " + n.Get("name").Str(),
			})
		}
	}
}

var variableReference = lazy.NewRegexp(`\$\(([A-Za-z_][\w.-]*)\)`)

// readEnvFrom reads a reference to a bundle of variables.
func (p *pod) readEnvFrom(c *container, n document.Node) {
	prefix := n.Get("prefix").Str()
	p.use(c, "ConfigMap", n.Get("configMapRef", "name"), graph.Use{As: prefix})
	p.use(c, "Secret", n.Get("secretRef", "name"), graph.Use{As: prefix})
}

// value passes on one variable of a container.
func (p *pod) value(c *container, key, text string, at document.Node) {
	if text == "" {
		return
	}
	p.Facts.Values = append(p.Facts.Values, graph.Value{
		Of: p.Self, Scope: c.name, Key: key, Text: text, Source: graph.FromEnv, Init: c.init, Origin: p.At(at),
	})
}

// use passes on a container's reference to a ConfigMap or Secret, if name is there.
func (p *pod) use(c *container, kind string, name document.Node, u graph.Use) {
	if name.Str() == "" {
		return
	}
	u.Of, u.Scope, u.Init = p.Self, c.name, c.init
	u.Config, u.Origin = p.Sibling(kind, name.Str()), p.At(name)
	p.Facts.Uses = append(p.Facts.Uses, u)
}

// field returns the part of the pod that the downward API hands to a variable,
// as far as a manifest knows it: other variables are put together from it.
func (p *pod) field(path string, t *graph.Entity) string {
	switch path {
	case "metadata.namespace":
		return p.Namespace
	case "spec.serviceAccountName":
		return t.Account
	case "status.hostIP":
		return graph.Machine
	}
	if label, ok := strings.CutPrefix(path, "metadata.labels['"); ok {
		return t.PodLabels[strings.TrimSuffix(label, "']")]
	}
	return ""
}

// reportedName returns the name under which a service reports itself to tracing,
// if the variable says it.
func reportedName(key, value string) string {
	switch key {
	case "OTEL_SERVICE_NAME", "JAEGER_SERVICE_NAME", "DD_SERVICE":
	case "OTEL_RESOURCE_ATTRIBUTES":
		attributes := "," + value
		i := strings.Index(attributes, ",service.name=")
		if i < 0 {
			return ""
		}
		value, _, _ = strings.Cut(attributes[i+len(",service.name="):], ",")
	default:
		return ""
	}
	if strings.ContainsAny(value, "$( ") {
		return "" // put together from other variables
	}
	return value
}

// A volume is a volume whose files come from ConfigMaps or Secrets.
type volume struct {
	name    string
	sources []volumeSource
}

// A volumeSource is one ConfigMap or Secret of a volume.
type volumeSource struct {
	kind  string
	name  document.Node
	items []document.Node // the entries it takes; nil is all
}

// volumes returns the pod's volumes that hold configuration.
func (p *pod) volumes() []volume {
	var volumes []volume
	for _, n := range p.List(p.spec, "volumes") {
		v := volume{name: n.Get("name").Str()}
		v.add("ConfigMap", n.Get("configMap", "name"), n.Get("configMap", "items"))
		v.add("Secret", n.Get("secret", "secretName"), n.Get("secret", "items"))
		for _, s := range n.Get("projected", "sources").List() {
			v.add("ConfigMap", s.Get("configMap", "name"), s.Get("configMap", "items"))
			v.add("Secret", s.Get("secret", "name"), s.Get("secret", "items"))
		}
		if v.sources != nil {
			volumes = append(volumes, v)
		}
	}
	return volumes
}

func (v *volume) add(kind string, name, items document.Node) {
	if name.Str() != "" {
		v.sources = append(v.sources, volumeSource{kind, name, items.List()})
	}
}

// readMounts passes on which configuration files a container sees.
func (p *pod) readMounts(c *container, volumes []volume) {
	if len(volumes) == 0 {
		return
	}
	for _, mount := range p.List(c.Node, "volumeMounts") {
		name := mount.Get("name").Str()
		for i := range volumes {
			if volumes[i].name == name {
				p.readMount(c, &volumes[i], mount.Get("subPath").Str())
				break
			}
		}
	}
}

// readMount passes on the entries of a volume that a container sees: those that
// are listed, those below the path it mounts, or all.
func (p *pod) readMount(c *container, v *volume, subPath string) {
	for _, s := range v.sources {
		if s.items == nil {
			p.use(c, s.kind, s.name, graph.Use{Key: subPath, File: true})
			continue
		}
		for _, item := range s.items {
			file := path.Clean(item.Get("path").Str())
			if subPath == "" || file == subPath || strings.HasPrefix(file, path.Clean(subPath)+"/") {
				p.use(c, s.kind, s.name, graph.Use{Key: item.Get("key").Str(), File: true})
			}
		}
	}
}
