package wire

import (
	"math"
	"strconv"
)

// An entry is written a million times in a large document. If it has nothing but members that most
// entries have, it is written without reflection, to the same bytes as encoding/json gives.
type entry interface {
	// appendTo appends the entry to b; ok is false if it has a member that encoding/json is to write.
	appendTo(b []byte) (text []byte, ok bool)
}

// An object is a JSON object that is being written.
type object struct {
	text []byte
	ok   bool // all of it could be written here
}

// key begins a member.
func (o *object) key(key string) {
	if o.text[len(o.text)-1] != '{' {
		o.text = append(o.text, ',')
	}
	o.text = append(o.text, '"')
	o.text = append(o.text, key...)
	o.text = append(o.text, '"', ':')
}

func (o *object) string(key, value string) {
	o.key(key)
	o.text = append(o.text, '"')
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			o.ok = false // it needs an escape, or may be no text
		}
	}
	o.text = append(o.text, value...)
	o.text = append(o.text, '"')
}

// said writes a member that is left out if it is empty.
func (o *object) said(key, value string) {
	if value != "" {
		o.string(key, value)
	}
}

func (o *object) bool(key string, value bool) {
	o.key(key)
	o.text = strconv.AppendBool(o.text, value)
}

// flag writes a member that is left out if it is false.
func (o *object) flag(key string, value bool) {
	if value {
		o.bool(key, value)
	}
}

// number writes a member that is left out if it is 0.
func (o *object) number(key string, value int64) {
	if value != 0 {
		o.key(key)
		o.text = strconv.AppendInt(o.text, value, 10)
	}
}

// amount writes a whole number.
func (o *object) amount(key string, value Amount) {
	const most = 1 << 53
	o.key(key)
	o.ok = o.ok && value == Amount(math.Trunc(float64(value))) && math.Abs(float64(value)) < most && !(value == 0 && math.Signbit(float64(value)))
	o.text = strconv.AppendInt(o.text, int64(value), 10)
}

// has notes that a member is set that encoding/json is to write.
func (o *object) has(set bool) { o.ok = o.ok && !set }

// list writes a member that is a list of objects and is left out if it is empty.
func list[T any](o *object, key string, items []T, write func(*object, *T)) {
	if len(items) == 0 {
		return
	}
	o.key(key)
	o.text = append(o.text, '[')
	for i := range items {
		if i > 0 {
			o.text = append(o.text, ',')
		}
		o.text = append(o.text, '{')
		write(o, &items[i])
		o.text = append(o.text, '}')
	}
	o.text = append(o.text, ']')
}

func (c *Call) appendTo(b []byte) ([]byte, bool) {
	o := &object{append(b, '{'), true}
	o.string("from", c.From)
	o.string("to", c.To)
	o.string("class", c.Class)
	o.string("strength", c.Strength)
	o.string("mode", c.Mode)
	o.string("need", c.Need)
	o.said("protocol", c.Protocol)
	o.bool("declared", c.Declared)
	o.flag("inCode", c.InCode)
	if c.Observed != nil {
		o.key("observed")
		o.text = append(o.text, '{')
		c.Observed.write(o)
		o.text = append(o.text, '}')
	}
	o.flag("fallback", c.Fallback)
	o.flag("mirror", c.Mirror)
	o.flag("toleratesDegraded", c.Tolerant)
	o.flag("freshnessCritical", c.FreshnessCritical)
	o.number("calls", int64(c.Calls))
	o.has(len(c.Group) > 0 || c.Policy != nil || len(c.Parts) > 0)
	list(o, "evidence", c.Evidence, (*object).evidence)
	list(o, "origins", c.Origins, (*object).origin)
	return append(o.text, '}'), o.ok
}

func (w *Observed) write(o *object) {
	o.amount("calls", w.Calls)
	if w.Errors != 0 {
		o.amount("errors", w.Errors)
	}
	o.has(w.FailedTrace != "" || w.Retries != 0 || w.Weighted != 0 || w.Latency != nil || w.Requests != nil || len(w.Repeats) > 0 || len(w.Beside) > 0)
}

func (o *object) evidence(e *Evidence) {
	o.string("way", e.Way)
	o.string("strength", e.Strength)
	o.string("class", e.Class)
	o.flag("observed", e.Observed)
	o.flag("inCode", e.InCode)
	o.said("mode", e.Mode)
	o.said("need", e.Need)
	o.flag("fallback", e.Fallback)
	o.flag("mirror", e.Mirror)
	o.flag("toleratesDegraded", e.Tolerant)
	o.flag("asked", e.Asked)
	o.flag("freshnessCritical", e.FreshnessCritical)
	o.said("key", e.Key)
	o.said("match", e.Match)
	o.said("protocol", e.Protocol)
	o.flag("idempotent", e.Idempotent)
	o.said("database", e.Database)
	o.number("port", int64(e.Port))
	o.said("through", e.Through)
	o.said("layer", e.Layer)
	o.said("product", e.Product)
	o.has(len(e.Methods) > 0 || len(e.Group) > 0 || e.Policy != nil || e.Loose != nil)
	o.key("origin")
	o.text = append(o.text, '{')
	o.origin(&e.Origin)
	o.text = append(o.text, '}')
}

func (o *object) origin(at *Origin) {
	o.said("reader", at.Reader)
	o.string("file", at.File)
	o.number("line", int64(at.Line))
	o.number("column", int64(at.Column))
	o.said("renderedFrom", at.RenderedFrom)
}

func (s *Service) appendTo(b []byte) ([]byte, bool) {
	o := &object{append(b, '{'), true}
	o.string("id", s.ID)
	o.string("name", s.Name)
	o.said("namespace", s.Namespace)
	o.string("kind", s.Kind)
	o.string("role", s.Role)
	o.bool("defined", s.Defined)
	o.number("members", int64(s.Members))
	o.has(s.Tier != nil || s.SLO != nil || s.Entrypoint != nil || s.Team != "" || s.Owner != "" || s.System != "" || s.Lifecycle != "" ||
		s.Replicas != nil || s.Scaling != nil || s.Disruption != nil || s.Probes != nil || len(s.Ports) > 0 ||
		len(s.Labels) > 0 || len(s.Annotations) > 0 || len(s.Meshes) > 0 || s.Provenance != nil ||
		len(s.Aliases) > 0 || len(s.Versions) > 0 || len(s.Images) > 0 || s.Served != nil)
	o.flag("proxy", s.Proxy)
	o.flag("stateful", s.Stateful)
	o.flag("headless", s.Headless)
	o.flag("outside", s.Outside)
	list(o, "origins", s.Origins, (*object).origin)
	return append(o.text, '}'), o.ok
}
