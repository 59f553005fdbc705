package cmd

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	model "github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// modes are the ways to fail, as people write them.
var modes = []string{"stop", "hang", "slow=2s", "partial=1/3", "degraded"}

// A way is a flag that says how services fail.
type way struct {
	word   string
	inject model.Injection
}

func (w *way) String() string { return w.word }
func (w *way) Type() string   { return "way" }

func (w *way) Set(word string) error {
	name, value, _ := strings.Cut(word, "=")
	var i model.Injection
	var err error
	switch name {
	case "stop", "hang", "degraded":
		if value != "" {
			err = errors.New("it takes no value")
		}
		i.Mode = map[string]model.Mode{"stop": model.Stop, "hang": model.Hang, "degraded": model.Worse}[name]
	case "slow":
		i.Mode = model.Late
		if i.Delay, err = time.ParseDuration(value); err == nil && i.Delay <= 0 {
			err = errors.New("no delay")
		}
	case "partial":
		i.Mode = model.Partial
		i.Stopped, i.Replicas, err = share(value)
	default:
		return misuse(oneOf(name, modes), "unknown value %q", word)
	}
	if err != nil {
		return misuse("write it as one of "+strings.Join(modes, ", "), "not a way to fail: %q", word)
	}
	w.word, w.inject = word, i
	return nil
}

// share reads "1/3".
func share(text string) (part, whole int, err error) {
	a, b, _ := strings.Cut(text, "/")
	part, err = strconv.Atoi(a)
	if err == nil {
		whole, err = strconv.Atoi(b)
	}
	if err == nil && (part < 1 || part > whole) {
		err = errors.New("no share")
	}
	return part, whole, err
}

// Crowds are a flag that chooses services by what they have in common. Given several
// times, it chooses all of them together.
type crowds []crowd

type crowd struct{ key, value string }

func (c crowd) String() string { return c.key + "=" + c.value }

func (c *crowds) String() string {
	words := make([]string, len(*c))
	for i, one := range *c {
		words[i] = one.String()
	}
	return strings.Join(words, " ")
}
func (c *crowds) Type() string { return "key=value" }

func (c *crowds) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || value == "" {
		return misuse("as in namespace=shop", "not of the form key=value: %q", text)
	}
	if !slices.Contains(analyze.Selectors, key) {
		return misuse(oneOf(key, analyze.Selectors), "unknown key %q", key)
	}
	*c = append(*c, crowd{key, value})
	return nil
}

// of returns the services that are chosen.
func (c *crowds) of(g *graph.Graph) ([]graph.Node, error) {
	var list []graph.Node
	for _, one := range *c {
		chosen, err := one.of(g)
		if err != nil {
			return nil, err
		}
		list = append(list, chosen...)
	}
	return list, nil
}

func (c crowd) of(g *graph.Graph) ([]graph.Node, error) {
	list := analyze.Select(g, c.key, c.value)
	if len(list) > 0 {
		return list, nil
	}
	has := map[string]bool{}
	for v := range graph.Node(g.Len()) {
		if s := analyze.Property(g, v, c.key); s != "" {
			has[s] = true
		}
	}
	hint := "no service has a " + c.key
	if words := slices.Sorted(maps.Keys(has)); len(words) > 0 {
		hint = oneOf(c.value, words)
	}
	return nil, misuse(hint, "no service with %s", c)
}
