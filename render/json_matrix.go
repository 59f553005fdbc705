package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// jsonProtection is one part of one call and what acts on it.
type jsonProtection struct {
	From    string            `json:"from"`
	To      string            `json:"to"`
	Match   string            `json:"match,omitempty"`
	Methods []string          `json:"methods,omitempty"`
	Layers  []jsonLayer       `json:"layers"` // outermost first
	Hidden  []jsonHidden      `json:"hidden,omitempty"`
	Values  map[string]string `json:"values"`
}

// jsonLayer is what one layer says, with what its product does unasked.
type jsonLayer struct {
	Layer   string            `json:"layer"`
	Product string            `json:"product,omitempty"`
	Policy  jsonPolicy        `json:"policy"`
	Values  map[string]string `json:"values"`
}

// jsonHidden is a policy object that another one goes before.
type jsonHidden struct {
	Object string     `json:"object"`
	By     string     `json:"by"`
	Origin jsonOrigin `json:"origin"`
}

func protectionJSON(g *graph.Graph, r *analyze.MatrixRow) jsonProtection {
	j := jsonProtection{
		From: g.ID(g.From(r.Edge)), To: g.ID(g.To(r.Edge)), Match: r.Match, Methods: r.Methods,
		Layers: convert(r.Layers, layerJSON),
		Values: map[string]string{
			"perAttempt": boundText(r.Attempt),
			"budget":     boundText(r.Budget),
			"attempts":   triesText(r.Attempts),
			"calleeNeed": boundText(r.NeedMax),
		},
	}
	if r.NeedSum > 0 {
		j.Values["calleeNeedSum"] = english.Duration(r.NeedSum)
	}
	for _, h := range r.Hidden {
		j.Hidden = append(j.Hidden, jsonHidden{Object: h.Object.Object, By: h.By.Object, Origin: originJSON(h.Object.Origin)})
	}
	return j
}

func layerJSON(l policy.Effect) jsonLayer {
	j := jsonLayer{
		Layer: l.Set.Layer.String(), Product: l.Set.Product.String(), Policy: policyJSON(&l.Set),
		Values: map[string]string{
			"perAttempt":   boundText(l.Attempt),
			"worstBackoff": boundText(l.Waits),
			"budget":       boundText(l.Budget),
			"attempts":     triesText(l.Attempts),
		},
	}
	if l.Budget.State == policy.Finite && l.Attempts > 1 {
		j.Values["attemptsFull"] = fmt.Sprint(l.Full)
		j.Values["attemptsStart"] = fmt.Sprint(l.Start)
	}
	return j
}

// triesText writes a number of tries: "4", "unlimited".
func triesText(n policy.Tries) string {
	if n == policy.Unlimited {
		return "unlimited"
	}
	return fmt.Sprint(int(n))
}

// valueText writes the value of a setting as people write it.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Duration:
		return english.Duration(v)
	case []string:
		return strings.Join(cleanAll(v), ",")
	case string:
		return clean(v)
	case policy.Jitter:
		return jitterText(v)
	}
	return fmt.Sprint(v)
}

func jitterText(j policy.Jitter) string {
	switch {
	case j.UpTo > 0:
		return "up to " + english.Duration(j.UpTo)
	case j.Fraction > 0:
		return share(j.Fraction)
	}
	return clean(j.Kind)
}
